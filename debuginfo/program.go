package debuginfo

import (
	"context"
	"fmt"
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/stackfs/stackfs/core"
)

// A Program is what was loaded in one target at one moment.
type Program struct {
	objects    []*Object // sorted by Start
	regions    []core.Region
	generation int
	fetched    int64 // the fetcher's generation
	options    ProgramOptions
	offline    bool   // of files that are not loaded
	root       string // where the target's root directory is seen from here; empty: it is this host's
	rootKey    string // tells one root from another
}

// An Object is one image where it is loaded.
type Object struct {
	Name       string // the path's last part, "-2" appended if that is taken; linux-vdso.so.1 for the vdso
	Path       string // as the target sees it; "[vdso]"
	Base       uint64 // the load bias: run-time minus link-time address; 0 for ET_EXEC
	BuildID    string // hexadecimal, empty if there is none
	Start, End uint64 // run-time range [Start, End) that it covers
	Debug      string // path of the separate debug file in use, empty if there is none
	Alt        string // path of the supplementary file (dwz) that it refers to, empty if there is none
	Search     []SearchStep
	// Err says why the image could not be read; then only addresses are known of it.
	Err error

	module *module
	region core.Region // the executable one that it was found by
}

// Image is the object's ELF file, nil if it could not be read.
func (o *Object) Image() *Image {
	if o.module == nil {
		return nil
	}
	return o.module.image
}

// Objects returns what is loaded, sorted by address.
func (p *Program) Objects() []*Object { return slices.Clone(p.objects) }

// Regions returns the mappings that the Program was made from.
func (p *Program) Regions() []core.Region { return slices.Clone(p.regions) }

// ObjectAt returns the object whose range contains addr.
func (p *Program) ObjectAt(addr uint64) (*Object, bool) {
	i := sort.Search(len(p.objects), func(i int) bool { return p.objects[i].Start > addr }) - 1
	if i < 0 || addr >= p.objects[i].End {
		return nil, false
	}
	return p.objects[i], true
}

func (p *Program) executable(addr uint64) bool {
	r, ok := core.FindRegion(p.regions, addr)
	return ok && r.Perm&core.PermExec != 0
}

func (p *Program) matches(generation int, regions []core.Region, o ProgramOptions) bool {
	return p.generation == generation && p.options.Root == o.Root && slices.Equal(p.options.DebugRoots, o.DebugRoots) &&
		sameRegions(p.regions, regions)
}

// sameRegions compares what objects depend on; a heap that has grown makes no
// difference to them but is compared too, as unwinding asks what is executable.
func sameRegions(a, b []core.Region) bool { return slices.Equal(a, b) }

// build fills in the objects of p, taking over those of last that lie where they did.
func (l *Library) build(ctx context.Context, t core.Target, last, p *Program) (*Program, error) {
	old := map[core.Region]*Object{}
	if last != nil && last.generation == p.generation && last.options.Root == p.options.Root && slices.Equal(last.options.DebugRoots, p.options.DebugRoots) {
		for _, o := range last.objects {
			old[o.region] = o
		}
	}
	for _, r := range p.regions {
		_, isFile := r.File()
		if r.Perm&core.PermExec == 0 || !isFile && r.Path != "[vdso]" || p.has(r) {
			continue
		}
		o, ok := old[r]
		if ok && !o.module.stale() {
			o = o.copy()
		} else {
			o = l.object(ctx, t, r, p)
		}
		if err := core.ContextError(ctx, "finding loaded objects"); err != nil {
			return nil, err
		}
		p.objects = append(p.objects, o)
	}
	slices.SortStableFunc(p.objects, func(a, b *Object) int {
		return strings.Compare(fmt.Sprintf("%016x", a.Start), fmt.Sprintf("%016x", b.Start))
	})
	p.nameObjects()
	return p, nil
}

func (o *Object) copy() *Object {
	c := *o
	return &c
}

// has says whether the region belongs to an object found before: a file has
// several executable regions when part of one was protected differently.
func (p *Program) has(r core.Region) bool {
	return slices.ContainsFunc(p.objects, func(o *Object) bool {
		return o.region.Path == r.Path && o.region.Inode == r.Inode && o.region.Dev == r.Dev && o.Start <= r.Start && r.Start < o.End
	})
}

func (l *Library) object(ctx context.Context, t core.Target, r core.Region, p *Program) *Object {
	o := &Object{Path: strings.TrimSuffix(r.Path, " (deleted)"), region: r}
	o.Start, o.End = p.fileExtent(r)
	o.Base = r.Start - r.Offset
	f, err := openRegion(ctx, t, r)
	if err != nil {
		o.Err = fmt.Errorf("opening %s: %w", r.Path, err)
		return o
	}
	img, err := OpenImage(f)
	if err != nil {
		f.Close()
		o.Err = fmt.Errorf("opening %s: %w", r.Path, err)
		return o
	}
	bias, ok := img.loadBias(r.Start, r.Offset)
	if !ok {
		img.close()
		o.Err = core.Errorf(core.ErrInvalid, "opening %s: no executable segment has file offset 0x%x", r.Path, r.Offset)
		return o
	}
	o.module = l.module(img, fileKey(f, r), o.Path, p)
	m := o.module
	o.Base, o.BuildID, o.Debug, o.Alt, o.Search = bias, m.image.buildID, m.debugPath, m.altPath, m.search
	start, end := img.extent()
	o.Start, o.End = start+bias, end+bias
	return o
}

// fileExtent is the range of the neighbouring regions that map the same file.
func (p *Program) fileExtent(r core.Region) (start, end uint64) {
	start, end = r.Start, r.End
	for _, q := range p.regions {
		if q.Path == r.Path && q.Dev == r.Dev && q.Inode == r.Inode && q.Start-q.Offset == r.Start-r.Offset {
			start, end = min(start, q.Start), max(end, q.End)
		}
	}
	return start, end
}

// nameObjects gives each object the last part of its path, or a number after it.
func (p *Program) nameObjects() {
	taken := map[string]bool{}
	for _, o := range p.objects {
		base := path.Base(o.Path)
		if o.Path == "[vdso]" {
			base = "linux-vdso.so.1" // as ldd and gdb call it
		}
		name := base
		for n := 2; taken[name]; n++ {
			name = fmt.Sprintf("%s-%d", base, n)
		}
		taken[name], o.Name = true, name
	}
}

// maxVDSO bounds what is read of the vdso; it is two pages on x86-64.
const maxVDSO = 1 << 20

// openRegion opens the file behind a region; the vdso is a copy of the target's memory.
func openRegion(ctx context.Context, t core.Target, r core.Region) (core.File, error) {
	if r.Path == "[vdso]" {
		b := make([]byte, min(r.Size(), maxVDSO))
		n, err := t.Space().ReadMemory(ctx, b, r.Start)
		if n == 0 && err != nil {
			return nil, err
		}
		return newMemoryFile(b[:n]), nil
	}
	images, ok := core.Power[core.Images](t)
	if !ok {
		return nil, core.Errorf(core.ErrUnsupported, "this driver gives no files")
	}
	return images.OpenImage(ctx, r)
}
