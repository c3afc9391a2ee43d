package debuginfo

import (
	"path/filepath"
	"strings"

	"github.com/stackfs/stackfs/core"
)

// Kernel finds the ELF file of a Linux kernel: by build id under the debug roots,
// then by release (uname -r) where distributions and builds put it. buildID may be
// empty: any file of that release is taken. The steps say where it was looked for.
// ErrNotFound if there is none.
func (l *Library) Kernel(release, buildID string, o ProgramOptions) (img *Image, path string, steps []SearchStep, err error) {
	if strings.ContainsAny(release, "/\x00") || release == "" {
		return nil, "", nil, core.Errorf(core.ErrInvalid, "looking for a kernel: %q is no release", release)
	}
	s := searcher{dirs: l.debugRoots(o, o.Root), fetcher: l.fetcher}
	check := func(d *Image) error {
		if buildID == "" {
			return nil
		}
		return d.hasBuildID(buildID)
	}
	found := s.underBuildIDs(buildID, check)
	for _, p := range s.kernelPaths(o.Root, release) {
		if found.img == nil {
			found = s.try(p.root, p.dir, check)
		}
	}
	if found.img == nil {
		found = s.fetched(buildID, fetchDebuginfo, check)
	}
	if found.img == nil {
		return nil, "", s.steps, core.Errorf(core.ErrNotFound, "looking for the kernel %s: no file with its debug info; install linux-image-%s-dbg or set kernel=VMLINUX", release, release)
	}
	return found.img, found.shown(), s.steps, nil
}

// kernelPaths are where a vmlinux may be: Debian, Fedora and Arch, a build tree.
func (s *searcher) kernelPaths(root, release string) []debugRoot {
	var out []debugRoot
	for _, r := range s.dirs {
		out = append(out, debugRoot{r.root, filepath.Join(r.dir, "boot/vmlinux-"+release)},
			debugRoot{r.root, filepath.Join(r.dir, "lib/modules", release, "vmlinux")})
	}
	for _, p := range []string{"/boot/vmlinux-" + release, "/lib/modules/" + release + "/vmlinux", "/lib/modules/" + release + "/build/vmlinux"} {
		out = append(out, debugRoot{root, p})
	}
	return out
}

// SystemMap finds the symbol list of a kernel release and opens it; the caller closes
// it. ErrNotFound if there is none.
func (l *Library) SystemMap(release string, o ProgramOptions) (core.File, string, error) {
	if strings.ContainsAny(release, "/\x00") || release == "" {
		return nil, "", core.Errorf(core.ErrInvalid, "looking for System.map: %q is no release", release)
	}
	places := []debugRoot{{o.Root, "/boot/System.map-" + release}, {o.Root, "/lib/modules/" + release + "/System.map"}}
	for _, r := range l.debugRoots(o, o.Root) {
		places = append(places, debugRoot{r.root, filepath.Join(r.dir, "boot/System.map-"+release)})
	}
	for _, p := range places {
		if f, err := openIn(p.root, p.dir); err == nil {
			return f, filepath.Join(p.root, p.dir), nil
		}
	}
	return nil, "", core.Errorf(core.ErrNotFound, "looking for System.map-%s: there is none in /boot or under the debug roots", release)
}
