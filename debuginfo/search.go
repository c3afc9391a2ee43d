package debuginfo

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/stackfs/stackfs/core"
)

// A SearchStep is one place where a file of debug info was looked for, and what
// was wrong there; Err is nil where it was found.
type SearchStep struct {
	Path string // or URL
	Err  error
}

// debugRoot is a directory that separate debug files are kept under (gdb manual,
// "Separate Debug Files"). root is put before it, and no link leads out of root.
type debugRoot struct{ root, dir string }

// searcher looks for the files that belong to one image.
type searcher struct {
	img     *Image
	path    string // of the image, as its target sees it
	root    string // the target's root directory; empty: this host's
	dirs    []debugRoot
	fetcher *fetcher // nil: there is nobody to ask
	steps   []SearchStep
	awaits  []*fetch // what may be there later
}

// located is an image that was found.
type located struct {
	img  *Image
	root string
	path string // as it was looked for, below root
	real string // without symbolic links, below root
}

func (l located) shown() string {
	if l.img == nil {
		return ""
	}
	return filepath.Join(l.root, l.path)
}

// debugRoots are the directories to search for a target: those it was given, then
// the Library's, in the target's own root first.
func (l *Library) debugRoots(o ProgramOptions, root string) []debugRoot {
	var out []debugRoot
	add := func(r debugRoot) {
		if r.dir != "" && !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	for _, d := range o.DebugRoots {
		add(debugRoot{"", d})
	}
	for _, r := range []string{root, ""} {
		for _, d := range l.roots {
			add(debugRoot{r, d})
		}
	}
	return out
}

// debug looks for the separate debug file: by build id under each debug root,
// then by .gnu_debuglink beside the file, in .debug there, and under each root, as
// gdb does; a kernel module's by its path under each root; then where debuginfod
// keeps or serves it.
func (s *searcher) debug() (found located) {
	for _, by := range []func() located{s.byBuildID, s.byLink, s.byModulePath} {
		if found = by(); found.img != nil {
			return found
		}
	}
	return s.fetched(s.img.buildID, fetchDebuginfo, s.img.sameBuild)
}

func (s *searcher) byBuildID() located {
	return s.underBuildIDs(s.img.buildID, s.img.sameBuild)
}

// underBuildIDs tries .build-id/ab/cdef.debug under each root.
func (s *searcher) underBuildIDs(id string, check func(*Image) error) (found located) {
	if len(id) <= 2 {
		return found
	}
	for _, r := range s.dirs {
		if found = s.try(r.root, filepath.Join(r.dir, ".build-id", id[:2], id[2:]+".debug"), check); found.img != nil {
			break
		}
	}
	return found
}

func (s *searcher) byLink() (found located) {
	link := s.img.DebugLink
	if link == "" || filepath.Base(link) != link {
		return found
	}
	dir := filepath.Dir(s.path)
	places := []debugRoot{{s.root, dir}, {s.root, filepath.Join(dir, ".debug")}}
	for _, r := range s.dirs {
		places = append(places, debugRoot{r.root, filepath.Join(r.dir, dir)})
	}
	for _, p := range places {
		if found = s.try(p.root, filepath.Join(p.dir, link), s.img.sameCRC); found.img != nil {
			break
		}
	}
	return found
}

// byModulePath tries the places where distributions keep the debug files of kernel
// modules: lib/modules/RELEASE/… under each root, with .debug appended or not.
func (s *searcher) byModulePath() (found located) {
	path := strings.TrimPrefix(s.path, "/usr")
	if !strings.HasPrefix(path, "/lib/modules/") {
		return found
	}
	for _, ext := range []string{".xz", ".zst", ".gz"} {
		path = strings.TrimSuffix(path, ext)
	}
	for _, r := range s.dirs {
		for _, p := range []string{filepath.Join(r.dir, path), filepath.Join(r.dir, path+".debug")} {
			if found = s.try(r.root, p, s.img.sameBuild); found.img != nil {
				return found
			}
		}
	}
	return found
}

// try opens one file and checks that it is the right one.
func (s *searcher) try(root, path string, check func(*Image) error) located {
	shown := filepath.Join(root, path)
	if slices.ContainsFunc(s.steps, func(t SearchStep) bool { return t.Path == shown }) {
		return located{}
	}
	found, err := openDebug(root, path, check)
	s.steps = append(s.steps, SearchStep{shown, err})
	return found
}

// openDebug opens the image at a path below root and checks it.
func openDebug(root, path string, check func(*Image) error) (located, error) {
	f, err := openIn(root, path)
	if err != nil {
		return located{}, err
	}
	d, err := OpenImage(f)
	if err != nil {
		f.Close()
		return located{}, err
	}
	if err := check(d); err != nil {
		d.close()
		return located{}, err
	}
	return located{d, root, path, f.realPath(path)}, nil
}

// sameBuild checks that d was made together with img.
func (img *Image) sameBuild(d *Image) error { return d.hasBuildID(img.buildID) }

func (img *Image) hasBuildID(want string) error {
	if img.buildID == want {
		return nil
	}
	if img.buildID == "" {
		return core.Errorf(core.ErrInvalid, "no build id, want %s", want)
	}
	return core.Errorf(core.ErrInvalid, "build id %s, want %s", img.buildID, want)
}
