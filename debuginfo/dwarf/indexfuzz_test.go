package dwarf

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stackfs/stackfs/tests/need"
)

// seedSections is the debug info of a small program, for fuzzing to begin with.
func seedSections(f *testing.F, flags ...string) Sections {
	program := need.Command(f, flags[0], "apt-get install g++ clang")
	path := filepath.Join(f.TempDir(), "a.out")
	if out, err := exec.Command(program, append(flags[1:], "-c", "-o", path, "testdata/index.cc")...).CombinedOutput(); err != nil {
		f.Fatalf("%s", out)
	}
	s := sections(f, path, "")
	s.Names = indexed(f, path).Names
	return s
}

// FuzzIndex makes an index of any sections and asks all of it.
func FuzzIndex(f *testing.F) {
	for _, flags := range [][]string{{"g++", "-gdwarf-5"}, {"g++", "-gdwarf-4", "-O2"}, {"clang++", "-gdwarf-5"}} {
		s := seedSections(f, flags...)
		f.Add(s.Info, s.Abbrev, s.Str, s.StrOffsets, "outer::Deep")
	}
	f.Fuzz(func(t *testing.T, info, abbrev, str, strOffsets []byte, name string) {
		d, err := New(Sections{Info: info, Types: info, Abbrev: abbrev, Str: str, LineStr: str, StrOffsets: strOffsets})
		if err != nil {
			return
		}
		d.Alt, _ = New(Sections{Info: info, Abbrev: abbrev, Str: str})
		ix, err := BuildIndex(context.Background(), d)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for name := range ix.Names(AnyKind) {
			if len(ix.Lookup(name, AnyKind)) == 0 {
				t.Fatalf("%q stands for nothing", name)
			}
			n++
		}
		if n != ix.Len() {
			t.Fatalf("%d of %d names", n, ix.Len())
		}
		refs, err := FindName(context.Background(), d, name, AnyKind)
		if (len(refs) == 0) != (err != nil) {
			t.Fatal(refs, err)
		}
	})
}

// FuzzOpenIndex asks indexes of any bytes, with checksums that are right.
func FuzzOpenIndex(f *testing.F) {
	d, err := New(seedSections(f, "g++", "-gdwarf-5"))
	if err != nil {
		f.Fatal(err)
	}
	ix, err := BuildIndex(context.Background(), d)
	if err != nil {
		f.Fatal(err)
	}
	var b bytes.Buffer
	if err := ix.Write(&b, "id"); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) >= headerSize {
			copy(b, indexMagic)
			copy(b[atSizes:], identity(d, "id"))
			table := crc32.MakeTable(crc32.Castagnoli)
			binary.LittleEndian.PutUint32(b[atBodySum:], crc32.Checksum(b[headerSize:], table))
			binary.LittleEndian.PutUint32(b[atHeaderSum:], crc32.Checksum(b[atSummed:headerSize], table))
		}
		ix, err := OpenIndex(b, d, "id")
		if (ix == nil) == (err == nil) {
			t.Fatal(ix, err)
		}
		if err != nil {
			return
		}
		for name := range ix.Names(AnyKind) {
			for _, r := range ix.Lookup(name, AnyKind) {
				r.Entry()
			}
		}
		ix.Lookup("main", AnyType)
	})
}

// FuzzGdbIndex looks any name up in any .gdb_index.
func FuzzGdbIndex(f *testing.F) {
	d, err := New(seedSections(f, "g++", "-gdwarf-4"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(gdbIndexOf(f), "main")
	f.Fuzz(func(t *testing.T, b []byte, name string) {
		d := &Data{Sections: Sections{GdbIndex: b}, Units: d.Units}
		d.gdbIndexUnits(append([]byte(name), 0), func(u *Unit) {
			if u != nil && !isUnitOf(d.Units, u) {
				t.Fatal("a unit of another file")
			}
		})
	})
}

// gdbIndexOf is what gdb writes for a program.
func gdbIndexOf(f *testing.F) []byte {
	dir := f.TempDir()
	path := filepath.Join(dir, "a.out")
	build(f, "g++", "-gdwarf-4", "-o", path, "testdata/index.cc")
	build(f, "gdb", "-nx", "-batch", "-ex", "save gdb-index "+dir, path)
	b, err := os.ReadFile(path + ".gdb-index")
	if err != nil {
		f.Fatal(err)
	}
	return b
}

func isUnitOf(units []*Unit, u *Unit) bool {
	for _, o := range units {
		if o == u {
			return true
		}
	}
	return false
}

// FuzzDebugNames looks any name up in any .debug_names.
func FuzzDebugNames(f *testing.F) {
	s := seedSections(f, "clang++", "-gdwarf-5", "-gpubnames")
	f.Add(s.Names, s.Str, "main")
	f.Fuzz(func(t *testing.T, b, str []byte, name string) {
		units := []*Unit{{Offset: 0, end: 100}, {Offset: 100, end: 200}}
		d := &Data{Sections: Sections{Names: b, Str: str}, Units: units}
		d.debugNamesUnits(append([]byte(name), 0), func(u *Unit) {
			if u != nil && !isUnitOf(units, u) {
				t.Fatal("a unit of another file")
			}
		})
	})
}
