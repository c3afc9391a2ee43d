package debuginfo

import (
	"errors"
	"io/fs"
	"path"
	"slices"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/dwarf"
)

// splitFiles finds the files that the units of one file were split into: a package
// beside it (FILE.dwp), or the .dwo files that the compiler has left.
type splitFiles struct {
	root   string // where the target's / is
	dirs   []string
	opened []*Image // kept open as long as their sections are used
}

// attachSplit lets d find its split units.
func (d *debugData) attachSplit(m *module) {
	if len(d.data.Units) == 0 || !slices.ContainsFunc(d.data.Units, isSkeleton) {
		return
	}
	s := &splitFiles{root: m.root, dirs: []string{path.Dir(m.path), path.Dir(m.debugPath)}}
	d.dwos = s
	d.data.FindSplit = s.find
	for _, name := range []string{m.path + ".dwp", m.debugPath + ".dwp"} {
		if sections, err := s.open(name); err == nil {
			if p, err := dwarf.Package(sections); err == nil {
				d.data.Package = p
				return
			}
		}
	}
}

// isSkeleton says whether a unit's content is elsewhere. Since DWARF 5 that is in the
// header; older ones are to be read further.
func isSkeleton(u *dwarf.Unit) bool {
	return u.Kind == dwarf.UnitSkeleton || u.Version < 5 && u.Info().DwoName != ""
}

// find opens the .dwo file that a skeleton names: where it was made, else beside the
// program.
func (s *splitFiles) find(name, compDir string, _ uint64) (dwarf.Sections, error) {
	where := []string{name}
	if !path.IsAbs(name) {
		where = []string{path.Join(compDir, name)}
	}
	for _, dir := range s.dirs {
		where = append(where, path.Join(dir, name), path.Join(dir, path.Base(name)))
	}
	err := error(core.Errorf(core.ErrNotFound, "reading split debug info: there is no %s", name))
	for _, w := range where {
		sections, openErr := s.open(w)
		if openErr == nil {
			return sections, nil
		}
		if !errors.Is(openErr, fs.ErrNotExist) {
			err = openErr
		}
	}
	return dwarf.Sections{}, err
}

func (s *splitFiles) open(name string) (dwarf.Sections, error) {
	f, err := openIn(s.root, name)
	if err != nil {
		return dwarf.Sections{}, err
	}
	img, err := OpenImage(f)
	if err != nil {
		f.Close()
		return dwarf.Sections{}, err
	}
	s.opened = append(s.opened, img)
	return readSections(img, ".dwo"), nil
}
