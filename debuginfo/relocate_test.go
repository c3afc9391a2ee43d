package debuginfo

import (
	"debug/elf"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/tests/need"
)

// objectFiles are relocatable files of several forms, and a kernel module.
func objectFiles(t testing.TB) []string {
	var files []string
	compile := func(compiler, source string, flags ...string) {
		out := filepath.Join(t.TempDir(), fmt.Sprintf("%d.o", len(files)))
		command(t, compiler, append([]string{"-c", "-o", out, filepath.Join("testdata", source), "-w"}, flags...)...)
		files = append(files, out)
	}
	compile("gcc", "deep.c", "-g")
	compile("gcc", "threads.c", "-g", "-O2", "-gdwarf-4", "-ffunction-sections")
	compile("gcc", "signal.c", "-g", "-gz=zlib")
	compile("g++", "catch.cc", "-g", "-O1")
	compile("gcc", "deep.c", "-g", "-m32", "-ffreestanding")
	compile("gcc", "signal.c", "-g3", "-m32", "-O2", "-gdwarf-2")
	if vmlinux := need.VmlinuxIfAny(); vmlinux != "" {
		modules, err := filepath.Glob(filepath.Join(filepath.Dir(vmlinux), "../lib/modules/*/kernel/drivers/net/*.ko"))
		require.NoError(t, err)
		files = append(files, modules...)
	}
	return files
}

// TestRelocationsAsReadelf compares every section that has relocations with what
// readelf makes of it, which has all sections at 0.
func TestRelocationsAsReadelf(t *testing.T) {
	n, size := 0, 0
	for _, path := range objectFiles(t) {
		laid := openImage(t, path)
		img, err := Relocate(laid, nil)
		require.NoError(t, err)
		for s := range img.relocations {
			if !strings.HasPrefix(s.Name, ".debug") && s.Name != ".eh_frame" && s.Name != ".orc_unwind_ip" {
				continue
			}
			got, err := img.shared(s)
			require.NoError(t, err, "%s %s", path, s.Name)
			want := relocatedDump(t, path, img, s)
			require.Equal(t, len(want), len(got), "%s %s", path, s.Name)
			for i := range want {
				if want[i] != got[i] {
					t.Fatalf("%s %s: byte 0x%x is 0x%02x, readelf has 0x%02x", path, s.Name, i, got[i], want[i])
				}
			}
			n, size = n+1, size+len(got)
		}
	}
	t.Logf("%d relocated sections equal to readelf's, %d bytes", n, size)
}

// relocatedDump is readelf -zR of a section.
func relocatedDump(t *testing.T, path string, img *Image, s *elf.Section) (out []byte) {
	number := 0
	for i, x := range img.elf.Sections {
		if x == s {
			number = i
		}
	}
	for _, line := range output(t, "readelf", "-z", "-R", fmt.Sprint(number), path) {
		f := strings.Fields(line)
		if len(f) < 2 || !strings.HasPrefix(f[0], "0x") {
			continue
		}
		columns := line[strings.Index(line, f[0])+len(f[0])+1:]
		b, err := hex.DecodeString(strings.ReplaceAll(columns[:min(36, len(columns))], " ", ""))
		require.NoError(t, err, line)
		out = append(out, b...)
	}
	return out
}

// TestObjectSymbolsAsNM: symbols count from their sections where these are at 0, and
// lie where the sections were laid out otherwise.
func TestObjectSymbolsAsNM(t *testing.T) {
	n := 0
	for _, path := range objectFiles(t) {
		laid := openImage(t, path)
		img, err := Relocate(laid, nil)
		require.NoError(t, err)
		want, got := map[string]int{}, map[string]int{}
		for _, line := range output(t, "nm", path) {
			f := strings.Fields(line)
			if len(f) == 3 {
				want[strings.TrimLeft(f[0], "0")+" "+f[1]+" "+f[2]]++
				n++
			}
		}
		for _, s := range img.Symbols() {
			got[strings.TrimLeft(fmt.Sprintf("%x", s.Addr), "0")+" "+string(s.Kind)+" "+s.Name]++
		}
		for s := range want {
			require.NotZero(t, got[s], "%s: %s", path, s)
		}
		require.Equal(t, len(want), len(got), path)
		start, end := laid.extent()
		require.EqualValues(t, firstSection, start)
		require.Greater(t, end, start)
	}
	t.Logf("%d symbols of relocatable files equal to nm's", n)
}

// TestSectionsDoNotOverlap: each loaded section has addresses of its own.
func TestSectionsDoNotOverlap(t *testing.T) {
	for _, path := range objectFiles(t) {
		end := uint64(firstSection)
		for _, s := range openImage(t, path).elf.Sections {
			if s.Flags&elf.SHF_ALLOC == 0 {
				require.Zero(t, s.Addr)
				continue
			}
			require.GreaterOrEqual(t, s.Addr, end)
			require.Zero(t, s.Addr%max(s.Addralign, 1))
			end = s.Addr + s.Size
		}
	}
}

func TestRelocateToAddresses(t *testing.T) {
	img := openImage(t, objectFiles(t)[0])
	at, err := Relocate(img, map[string]uint64{".text": 0xffffffffc0100000, ".data": 0xffffffffc0200000})
	require.NoError(t, err)
	start, end := at.extent()
	require.Equal(t, uint64(0xffffffffc0100000), start)
	require.Less(t, end, uint64(0xffffffffc0201000))
	for _, s := range at.Symbols() {
		if s.Name == "main" {
			require.GreaterOrEqual(t, s.Addr, start)
		}
	}
	_, err = Relocate(openImage(t, build(t, "gcc", "deep.c")), nil)
	require.ErrorIs(t, err, core.ErrInvalid)
}

// TestImages32AsBinutils: files of 32-bit programs.
func TestImages32AsBinutils(t *testing.T) {
	need.Command(t, "gcc", "apt-get install gcc gcc-multilib")
	files := []string{build(t, "gcc", "deep.c", "-g", "-m32"), build(t, "gcc", "threads.c", "-m32", "-static", "-pthread"), "/usr/lib32/libc.so.6"}
	for _, path := range files {
		img := openImage(t, path)
		want, got := map[string]bool{}, map[string]bool{}
		for _, dynamic := range [][]string{{}, {"-D"}} {
			for _, line := range output(t, "nm", append(dynamic, "--without-symbol-versions", path)...) {
				if f := strings.SplitN(line, " ", 3); len(f) == 3 && len(f[0]) == 8 {
					name, _, _ := strings.Cut(f[2], "@")
					want[f[0]+" "+name] = true // versions of one function differ in letters
				}
			}
		}
		for _, s := range img.Symbols() {
			got[fmt.Sprintf("%08x %s", s.Addr, s.Name)] = true
		}
		require.True(t, maps.Equal(want, got), path)
		require.Empty(t, img.frames().sections)
		t.Logf("%s: %d symbols as nm's, soname %q", path, len(got), img.SONAME)
		for _, line := range output(t, "readelf", "-dnW", path) {
			if _, name, ok := strings.Cut(line, "Library soname: "); ok {
				require.Equal(t, strings.Trim(name, "[]"), img.SONAME)
			}
			if _, id, ok := strings.Cut(line, "Build ID: "); ok {
				require.Equal(t, id, img.BuildID())
			}
		}
	}
}

func FuzzRelocatable(f *testing.F) {
	for _, path := range objectFiles(f)[:6] {
		b, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		img, err := OpenImage(newMemoryFile(b))
		if err != nil {
			return
		}
		for _, name := range []string{".debug_info", ".debug_line", ".eh_frame", ".text", ".debug_loclists"} {
			_, _ = img.Section(name)
		}
		img.Symbols()
		start, end := img.extent()
		require.LessOrEqual(t, start, end)
		if at, err := Relocate(img, map[string]uint64{".text": 1 << 40}); err == nil {
			at.Symbols()
			_, _ = at.Section(".debug_info")
		}
	})
}
