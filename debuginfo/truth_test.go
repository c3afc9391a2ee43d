package debuginfo

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/need"
)

func openImage(t testing.TB, path string) *Image {
	f, err := openHost(path)
	require.NoError(t, err)
	img, err := OpenImage(f)
	require.NoError(t, err)
	return img
}

// output runs a tool of binutils and gives its lines.
func output(t testing.TB, name string, args ...string) []string {
	b, err := exec.Command(need.Command(t, name, "apt-get install binutils"), args...).Output()
	if len(b) == 0 && len(args) > 0 {
		require.NoError(t, err, "%s %v", name, args)
	}
	var lines []string
	in := bufio.NewScanner(bytes.NewReader(b))
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		lines = append(lines, in.Text())
	}
	return lines
}

// truthFiles is what the comparisons go over: libraries and programs as
// distributions ship them, and builds of our own.
func truthFiles(t testing.TB) []string {
	files := []string{libc(t), buildGo(t), buildGo(t, "-ldflags=-s -w"), build(t, "g++", "catch.cc", "-s"), build(t, "gcc", "deep.c", "-static"),
		build(t, "gcc", "signal.c", "-Wl,-z,now"), build(t, "gcc", "signal.c", "-Wl,-z,lazy", "-fcf-protection", "-Wl,-z,ibtplt"), build(t, "gcc", "signal.c", "-no-pie", "-Wl,-z,lazy")}
	for _, name := range []string{"bash", "gdb", "gcc"} {
		path, err := filepath.EvalSymlinks(need.Command(t, name, "apt-get install "+name))
		require.NoError(t, err)
		files = append(files, path)
	}
	if _, err := os.Stat("/usr/bin/python3.11"); err == nil { // python3 in PATH may be a script
		files = append(files, "/usr/bin/python3.11")
	}
	stdcpp, err := filepath.EvalSymlinks("/usr/lib/x86_64-linux-gnu/libstdc++.so.6")
	require.NoError(t, err)
	return append(files, stdcpp)
}

// nmSymbols gives "address letter name" of each defined symbol, as nm has them.
func nmSymbols(t testing.TB, path string) map[string]bool {
	out := map[string]bool{}
	for _, dynamic := range [][]string{{}, {"-D"}} {
		for _, line := range output(t, "nm", append(dynamic, "--without-symbol-versions", path)...) {
			f := strings.SplitN(line, " ", 3)
			if len(f) == 3 && len(f[0]) == 16 && !strings.HasSuffix(f[1], "U") {
				name := f[2]
				if i := strings.IndexByte(name, '@'); i > 0 {
					name = name[:i]
				}
				out[f[0]+" "+f[1]+" "+name] = true
			}
		}
	}
	return out
}

// TestImagesAsBinutils compares everything that an image says with binutils.
func TestImagesAsBinutils(t *testing.T) {
	files := truthFiles(t)
	t.Run("symbols as nm", func(t *testing.T) { symbolsAsNM(t, files) })
	t.Run("sizes as readelf", func(t *testing.T) { sizesAsReadelf(t, files) })
	t.Run("build id as readelf", func(t *testing.T) { buildIDAsReadelf(t, files) })
	t.Run("plt as objdump", func(t *testing.T) { pltAsObjdump(t, files) })
}

func symbolsAsNM(t *testing.T, files []string) {
	for _, path := range files {
		want, got := nmSymbols(t, path), map[string]bool{}
		for _, s := range openImage(t, path).Symbols() {
			if !strings.HasSuffix(s.Name, "@plt") {
				got[fmt.Sprintf("%016x %c %s", s.Addr, s.Kind, s.Name)] = true
			}
		}
		var missing, extra []string
		for s := range want {
			if !got[s] {
				missing = append(missing, s)
			}
		}
		for s := range got {
			if !want[s] {
				extra = append(extra, s)
			}
		}
		t.Logf("%s: nm has %d symbols, we have %d", path, len(want), len(got))
		require.Empty(t, missing[:min(len(missing), 10)])
		require.Empty(t, extra[:min(len(extra), 10)])
	}
}

func sizesAsReadelf(t *testing.T, files []string) {
	for _, path := range files {
		sizes := map[string]bool{}
		for _, line := range output(t, "readelf", "-sW", path) {
			f := strings.Fields(line)
			if len(f) < 8 || f[6] == "UND" || f[3] == "SECTION" || f[3] == "FILE" {
				continue
			}
			size, err := strconv.ParseUint(f[2], 0, 64)
			if err == nil {
				sizes[fmt.Sprintf("%s %d %s", f[1], size, readelfName(line))] = true
			}
		}
		n := 0
		for _, s := range openImage(t, path).Symbols() {
			if !strings.HasSuffix(s.Name, "@plt") {
				n++
				require.True(t, sizes[fmt.Sprintf("%016x %d %s", s.Addr, s.Size, s.Name)], "%s: %+v", path, s)
			}
		}
		t.Logf("%s: %d sizes equal to readelf's", path, n)
	}
}

var readelfColumns = regexp.MustCompile(`^ *\d+:(?: +\S+){6} +`)

// readelfName is the name in a line of readelf -sW, which may have spaces in it.
func readelfName(line string) string {
	name := line[len(readelfColumns.FindString(line)):]
	if i := strings.IndexByte(name, '@'); i > 0 {
		name = name[:i]
	}
	return name
}

func buildIDAsReadelf(t *testing.T, files []string) {
	more, _ := filepath.Glob("/usr/lib/x86_64-linux-gnu/*.so.*")
	n := 0
	for _, path := range append(files, more...) {
		want := ""
		if st, err := os.Stat(path); err != nil || !st.Mode().IsRegular() {
			continue
		}
		for _, line := range output(t, "readelf", "-nW", path) {
			if _, id, ok := strings.Cut(line, "Build ID: "); ok {
				want = id
			}
		}
		require.Equal(t, want, openImage(t, path).BuildID(), path)
		if n++; n == 60 {
			break
		}
	}
	t.Logf("%d build ids equal to readelf's", n)
}

func pltAsObjdump(t *testing.T, files []string) {
	label := regexp.MustCompile(`^([0-9a-f]{16}) <(.*@plt)>:$`)
	for _, path := range files {
		var want, got []string
		for _, line := range output(t, "objdump", "-d", "-j", ".plt", "-j", ".plt.sec", "-j", ".plt.got", "-j", ".iplt", "--no-show-raw-insn", path) {
			if m := label.FindStringSubmatch(line); m != nil {
				name, _, versioned := strings.Cut(strings.TrimSuffix(m[2], "@plt"), "@")
				if !versioned {
					name = strings.TrimSuffix(m[2], "@plt")
				}
				want = append(want, m[1]+" "+name+"@plt")
			}
		}
		for _, s := range openImage(t, path).Symbols() {
			if strings.HasSuffix(s.Name, "@plt") {
				got = append(got, fmt.Sprintf("%016x %s", s.Addr, s.Name))
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		t.Logf("%s: %d PLT entries", path, len(want))
		require.Equal(t, strings.Join(want, "\n"), strings.Join(got, "\n"), path)
	}
}
