package nodes

import (
	"context"

	"github.com/stackfs/stackfs/core"
)

// memory is a target's memory as a file whose offset is the address.
type memory struct{ t *Target }

func memoryBlob(_ context.Context, p Place) (Blob, error) { return memory{p.Target}, nil }

// ReadAt reads as far as memory is there: a short count up to a hole, the fault at one.
func (m memory) ReadAt(ctx context.Context, p []byte, off int64) (int, error) {
	n, err := m.t.Core.Space().ReadMemory(ctx, p, uint64(off))
	if n > 0 {
		return n, nil
	}
	return 0, err
}

// WriteAt writes as far as memory is there.
func (m memory) WriteAt(ctx context.Context, p []byte, off int64) (int, error) {
	w, ok := core.Power[core.MemoryWriter](m.t.Core)
	if !ok {
		return 0, core.Errorf(core.ErrUnsupported, "writing memory: this driver only reads")
	}
	n, err := w.WriteMemory(ctx, p, uint64(off))
	if n > 0 {
		return n, nil
	}
	return 0, err
}

// Size is unknown, as that of /proc/PID/mem.
func (m memory) Size() (int64, bool) { return 0, false }

// maxBytes is the most that bytes/WHERE reads at once; mem has no limit.
const maxBytes = 64 << 20

var bytesTable = Table{
	Doc: "the raw bytes of a place: bytes/0xADDR+LEN, bytes/SYMBOL, bytes/0xSTART-0xEND",
	Each: &Each{
		Row: Row{Name: "WHERE", Doc: "the bytes there", Show: showBytes, Sized: bytesSize},
		Find: func(ctx context.Context, p Place, name string) (Place, error) {
			p.Name = name
			_, _, err := bytesRange(ctx, p)
			return p, err
		},
		Logged: true,
	},
}

// bytesRange is the first range that WHERE means.
func bytesRange(ctx context.Context, p Place) (start, end uint64, err error) {
	prog, err := p.Target.program(ctx)
	if err != nil {
		return 0, 0, err
	}
	ranges, err := prog.Resolve(p.Name)
	if err != nil {
		return 0, 0, err
	}
	start, end = ranges[0].Start, ranges[0].End
	if size := ranges[0].Place.Symbol.Size; end == start && size > 0 && ranges[0].Place.Offset == 0 {
		end = start + size
	}
	if end == start {
		return 0, 0, core.Errorf(core.ErrInvalid, "%q has no length: add one, as in %s+16", p.Name, p.Name)
	}
	if end-start > maxBytes {
		return 0, 0, core.Errorf(core.ErrInvalid, "%q is %d bytes: bytes/ reads at most %d, use mem with dd", p.Name, end-start, maxBytes)
	}
	return start, end, nil
}

func bytesSize(ctx context.Context, p Place) (int64, error) {
	start, end, err := bytesRange(ctx, p)
	return int64(end - start), err
}

func showBytes(ctx context.Context, p Place) (Value, error) {
	start, end, err := bytesRange(ctx, p)
	if err != nil {
		return nil, err
	}
	b := make([]byte, end-start)
	if _, err := p.Target.Core.Space().ReadMemory(ctx, b, start); err != nil {
		return nil, err
	}
	return Raw(b), nil
}

// regionList is maps: text as fs/proc/task_mmu.c (show_map_vma) prints it.
type regionList []core.Region

func showMaps(ctx context.Context, p Place) (Value, error) {
	regions, err := p.Target.Core.Space().Regions(ctx)
	return regionList(regions), err
}

// AppendText implements Value.
func (l regionList) AppendText(b []byte) ([]byte, error) {
	for _, r := range l {
		b = r.AppendMaps(b)
	}
	return b, nil
}

type regionJSON struct {
	Start  Addr   `json:"start"`
	End    Addr   `json:"end"`
	Perm   string `json:"perm"`
	Offset uint64 `json:"offset"`
	Dev    string `json:"dev"`
	Inode  uint64 `json:"inode"`
	Path   string `json:"path,omitempty"`
}

// MarshalJSON gives one object a mapping.
func (l regionList) MarshalJSON() ([]byte, error) {
	out := make([]regionJSON, 0, len(l))
	for _, r := range l {
		out = append(out, regionJSON{Addr(r.Start), Addr(r.End), r.Perm.String(), r.Offset, r.Dev, r.Inode, r.Path})
	}
	return marshal(out)
}
