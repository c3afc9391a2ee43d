package debuginfo

import (
	"path/filepath"
	"strings"

	"github.com/stackfs/stackfs/core"
)

// alt looks for the supplementary file (dwz(1)) that of, an image found as path
// below root, refers to: at the path that it says, which is relative to of's own
// directory; by build id under each debug root; in .dwz there; where debuginfod
// keeps or serves it.
func (s *searcher) alt(of located) (found located) {
	link, id := of.img.AltLink, of.img.AltID
	if link == "" {
		return found
	}
	check := func(d *Image) error { return d.isSupplementary(id) }
	for _, path := range []string{of.real, of.path} {
		p := link
		if !filepath.IsAbs(p) {
			p = filepath.Join(filepath.Dir(path), link)
		}
		if found = s.try(of.root, p, check); found.img != nil {
			return found
		}
	}
	if found = s.underBuildIDs(id, check); found.img != nil {
		return found
	}
	if _, name, ok := strings.Cut(link, "/.dwz/"); ok {
		for _, r := range s.dirs {
			if found = s.try(r.root, filepath.Join(r.dir, ".dwz", filepath.Clean("/"+name)), check); found.img != nil {
				return found
			}
		}
	}
	return s.fetched(id, fetchDebuginfo, check)
}

// isSupplementary checks the build id that .gnu_debugaltlink has, or the checksum
// that .debug_sup of both files has (DWARF 5, 7.3.6).
func (img *Image) isSupplementary(id string) error {
	if supplementary, _, sum := img.readSup(); supplementary {
		if sum == id {
			return nil
		}
		return core.Errorf(core.ErrInvalid, "checksum %s in .debug_sup, want %s", sum, id)
	}
	return img.hasBuildID(id)
}
