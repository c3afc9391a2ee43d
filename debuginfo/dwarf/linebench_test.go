package dwarf_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/debuginfo/dwarf"
	"github.com/stackfs/stackfs/tests/need"
)

// BenchmarkReadLines decodes all line tables of libc.
func BenchmarkReadLines(b *testing.B) { benchmarkReadLines(b, debugFileOf(b, libc, libcDebug)) }

// BenchmarkReadLinesVmlinux decodes all line tables of a kernel.
func BenchmarkReadLinesVmlinux(b *testing.B) { benchmarkReadLines(b, need.Vmlinux(b)) }

func benchmarkReadLines(b *testing.B, file string) {
	l := openLines(b, file)
	rows := 0
	for unit := range l.inputs {
		l.table(b, unit).Lines(func(dwarf.Row) bool { rows++; return true })
	}
	clear(l.tables)
	b.ReportAllocs()
	b.SetBytes(int64(len(l.inputs[0].Line)))
	for b.Loop() {
		for _, in := range l.inputs {
			_, err := dwarf.ReadLines(in)
			require.NoError(b, err)
		}
	}
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
	b.ReportMetric(float64(rows), "rows")
}

// BenchmarkReadLineHeader finds the units of a kernel that mention a file.
func BenchmarkReadLineHeader(b *testing.B) {
	l := openLines(b, need.Vmlinux(b))
	for b.Loop() {
		found := 0
		for _, in := range l.inputs {
			f, err := dwarf.ReadLineHeader(in)
			require.NoError(b, err)
			if len(f.Match("mm/memory.c")) > 0 {
				found++
			}
		}
		require.Positive(b, found)
	}
	b.ReportMetric(float64(len(l.inputs)), "units")
}

// BenchmarkFind10000 looks 10 000 random addresses of a kernel up, the tables they
// need decoded anew each time.
func BenchmarkFind10000(b *testing.B) {
	l := openLines(b, need.Vmlinux(b))
	text := l.elf.Section(".text")
	random := rand.New(rand.NewPCG(1, 2))
	for b.Loop() {
		clear(l.tables)
		for range 10_000 {
			addr := text.Addr + random.Uint64N(text.Size)
			if t, has := l.unit(b, addr); has {
				if row, ok := t.Find(addr); ok {
					t.File(row.File)
				}
			}
		}
	}
}
