package dwarf_test

import (
	"bytes"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/debuginfo/dwarf"
)

// TestLineMemory: a megabyte of the worst there is allocates less than 512, garbage
// included, most of it for names that share their bytes.
func TestLineMemory(t *testing.T) {
	const size = 1 << 20
	repeat := func(unit []byte) []byte { return bytes.Repeat(unit, size/len(unit)) }
	name := bytes.Repeat([]byte("x"), 16000)
	for what, s := range map[string]lineSample{
		"rows":          {version: 4, tables: oldTables, program: repeat([]byte{special(1, 1)})},
		"sequences":     {version: 4, tables: oldTables, program: repeat(join([]byte{special(0, 1), 2, 1}, endSequence))},
		"defined files": {version: 4, tables: oldTables, program: repeat([]byte{0, 6, 3, 'x', 0, 0, 0, 0})},
		"files":         {version: 4, tables: join([]byte{0}, repeat([]byte{'x', 0, 0, 0, 0}), []byte{0})},
		"small files":   {version: 5, tables: join([]byte{0, 0, 1, 1, 0x25, 0x80, 0x80, 0x30}, make([]byte, 0x0c0000))},
		"shared names":  {version: 5, tables: join([]byte{0, 0, 1, 1, 0x1f, 0x80, 0x80, 0x10}, make([]byte, 4*0x040000))},
	} {
		in := dwarf.LineInput{Line: s.bytes(), LineStr: append(name, 0), StrOffsets: make([]byte, 8), Str: append(name, 0), CompDir: "/src"}
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		table, err := dwarf.ReadLines(in)
		require.NoError(t, err, what)
		_, _ = dwarf.ReadLineFiles(in)
		runtime.ReadMemStats(&after)
		mib := (after.TotalAlloc - before.TotalAlloc) >> 20
		assert.Less(t, mib, uint64(512), what)
		t.Logf("%s: %d MiB allocated in all for %d KiB", what, mib, len(in.Line)>>10)
		runtime.KeepAlive(table)
	}
}
