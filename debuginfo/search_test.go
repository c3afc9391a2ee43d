package debuginfo

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/tests/need"
)

// command runs a tool and fails the test with what it said.
func command(t testing.TB, name string, args ...string) string {
	b, err := exec.Command(need.Command(t, name, "apt-get install binutils elfutils dwz"), args...).CombinedOutput()
	require.NoError(t, err, "%s %v: %s", name, args, b)
	return string(b)
}

// copyFile copies one, with the directories it needs.
func copyFile(t testing.TB, from, to string) {
	b, err := os.ReadFile(from)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o755))
	require.NoError(t, os.WriteFile(to, b, 0o755))
}

// idPath is where the debug file of a build id is below a debug root.
func idPath(root, id string) string {
	return filepath.Join(root, ".build-id", id[:2], id[2:]+".debug")
}

// separate splits a program built with -g: the debug file goes to NAME.debug.
func separate(t testing.TB, exe string) (debug, id string) {
	command(t, "objcopy", "--only-keep-debug", exe, exe+".debug")
	command(t, "objcopy", "--strip-all", exe)
	return exe + ".debug", openImage(t, exe).BuildID()
}

func objectOf(t testing.TB, l *Library, target core.Target, o ProgramOptions) *Object {
	p, err := l.Program(context.Background(), target, o)
	require.NoError(t, err)
	require.NotEmpty(t, p.Objects())
	return p.Objects()[0]
}

// TestAltAsReadelf compares where distributions' files find their supplementary
// files with what readelf follows.
func TestAltAsReadelf(t *testing.T) {
	n := 0
	for _, path := range []string{"/usr/bin/lua5.4", "/usr/bin/luac5.4", "/usr/lib/x86_64-linux-gnu/liblua5.4.so.0", "/usr/lib/x86_64-linux-gnu/liblua5.4-c++.so.0"} {
		need.File(t, path, "apt-get install lua5.4 liblua5.4-0 lua5.4-dbg liblua5.4-0-dbg")
		o := fileProgramIn(t, "/usr/lib/debug", path).Objects()[0]
		want := ""
		for _, line := range output(t, "readelf", "-wk", o.Debug) {
			if _, file, ok := strings.Cut(line, "Separate debug info file: "); ok {
				want = file
			}
		}
		require.NotEmpty(t, want)
		require.Equal(t, want, o.Alt)
		n++
	}
	t.Logf("%d supplementary files as readelf's", n)
}

// dwzPair makes two programs that share a supplementary file.
func dwzPair(t *testing.T, dir string, flags ...string) (a, common string) {
	for _, name := range []string{"a", "b"} {
		copyFile(t, build(t, "g++", "catch.cc", "-g", "-DNAME="+name, "-Wl,--build-id=sha1"), filepath.Join(dir, name))
	}
	common = filepath.Join(dir, "common")
	command(t, "dwz", append(flags, "-m", common, filepath.Join(dir, "a"), filepath.Join(dir, "b"))...)
	return filepath.Join(dir, "a"), common
}

func TestSupplementaryFiles(t *testing.T) {
	for _, flags := range [][]string{{"-q"}, {"-q", "-r"}, {"-q", "-5"}, {"-q", "-M", "../.dwz/common"}} {
		dir := filepath.Join(t.TempDir(), "bin")
		a, common := dwzPair(t, dir, flags...)
		open := func(roots ...string) *Object {
			return objectOf(t, NewLibrary(append(roots, noDebug)), newFileTarget(t, a), ProgramOptions{})
		}
		if flags[len(flags)-1] == "../.dwz/common" {
			root := t.TempDir()
			copyFile(t, common, filepath.Join(root, ".dwz/common"))
			require.Equal(t, filepath.Join(root, ".dwz/common"), open(root).Alt)
			continue
		}
		o := open()
		require.Equal(t, common, o.Alt, "%v %v", flags, o.Search)
		require.Empty(t, o.Debug)
		id := o.Image().AltID
		require.Len(t, id, 40, "%v", flags)

		root := filepath.Join(dir, "root")
		copyFile(t, common, idPath(root, id))
		require.NoError(t, os.Remove(common))
		require.Equal(t, idPath(root, id), open(root).Alt)
		copyFile(t, a, idPath(root, id)) // another file in its place
		o = open(root)
		require.Empty(t, o.Alt)
		require.ErrorContains(t, o.Search[len(o.Search)-2].Err, "want "+id)
		t.Logf("%v: %v", flags, o.Search[len(o.Search)-2])
	}
}

func TestWrongBuildIDIsRefused(t *testing.T) {
	exe, other := build(t, "gcc", "deep.c", "-g"), build(t, "gcc", "signal.c", "-g")
	_, id := separate(t, exe)
	otherDebug, otherID := separate(t, other)
	root := t.TempDir()
	copyFile(t, otherDebug, idPath(root, id))
	o := objectOf(t, NewLibrary([]string{root}), newFileTarget(t, exe), ProgramOptions{})
	require.Empty(t, o.Debug)
	require.EqualError(t, o.Search[0].Err, "build id "+otherID+", want "+id)
	require.Equal(t, "no such file", func() error { _, err := openHost("/nonexistent"); return err }().Error())
}

// TestOwnRootsFirst: debuginfo= comes before the Library's roots, root= before the host's.
func TestOwnRootsFirst(t *testing.T) {
	exe := build(t, "gcc", "deep.c", "-g")
	debug, id := separate(t, exe)
	own, usual, sysroot := t.TempDir(), t.TempDir(), t.TempDir()
	for _, root := range []string{own, usual, filepath.Join(sysroot, usual)} {
		copyFile(t, debug, idPath(root, id))
	}
	l := NewLibrary([]string{usual})
	target := newFileTarget(t, exe)
	require.Equal(t, idPath(usual, id), objectOf(t, l, target, ProgramOptions{}).Debug)
	require.Equal(t, idPath(own, id), objectOf(t, l, target, ProgramOptions{DebugRoots: []string{noDebug, own}}).Debug)
	require.Equal(t, idPath(filepath.Join(sysroot, usual), id), objectOf(t, l, target, ProgramOptions{Root: sysroot}).Debug)
	require.Equal(t, idPath(usual, id), objectOf(t, l, target, ProgramOptions{DebugRoots: []string{noDebug}}).Debug)
}

// TestRefreshLooksAgain: a debug file that is installed later is found after Forget.
func TestRefreshLooksAgain(t *testing.T) {
	exe, root := build(t, "gcc", "deep.c", "-g"), t.TempDir()
	debug, id := separate(t, exe)
	l, target := NewLibrary([]string{root}), newFileTarget(t, exe)
	require.Empty(t, objectOf(t, l, target, ProgramOptions{}).Debug)
	copyFile(t, debug, idPath(root, id))
	require.Empty(t, objectOf(t, l, target, ProgramOptions{}).Debug)
	l.Forget(target)
	require.Equal(t, idPath(root, id), objectOf(t, l, target, ProgramOptions{}).Debug)
}

// TestContainer: a process in another root directory has its debug files there, and
// links in it lead nowhere else.
func TestContainer(t *testing.T) {
	need.Root(t)
	dir := t.TempDir()
	exe := build(t, "gcc", "deep.c", "-g", "-static")
	debug, id := separate(t, exe)
	copyFile(t, exe, filepath.Join(dir, "bin/deep"))
	copyFile(t, debug, filepath.Join(dir, "dbg/file"))
	where := filepath.Join(dir, idPath("/usr/lib/debug", id))
	require.NoError(t, os.MkdirAll(filepath.Dir(where), 0o755))
	require.NoError(t, os.Symlink("/../../dbg/file", where))

	target := openLive(t, startReadyIn(t, dir, "/bin/deep"))
	o := objectOf(t, NewLibrary(nil), target, ProgramOptions{})
	require.Equal(t, "/proc/"+strconv.Itoa(target.pid)+"/root"+idPath("/usr/lib/debug", id), o.Debug, "%v", o.Search)

	// Out of the root the link would lead to a file that is there.
	require.NoError(t, os.Remove(where))
	require.NoError(t, os.Symlink("../../../../../../../../../../../.."+debug, where))
	require.NoError(t, os.Rename(filepath.Join(dir, "dbg/file"), filepath.Join(dir, "dbg/elsewhere")))
	l := NewLibrary(nil)
	o = objectOf(t, l, target, ProgramOptions{})
	require.Empty(t, o.Debug)
	require.EqualError(t, o.Search[0].Err, "no such file")
	require.Equal(t, "/proc/"+strconv.Itoa(target.pid)+"/root"+idPath("/usr/lib/debug", id), o.Search[0].Path)

	// The same program outside of a container has the host's files only.
	target = openLive(t, startReady(t, exe))
	for _, s := range objectOf(t, l, target, ProgramOptions{}).Search {
		require.NotContains(t, s.Path, "/proc/")
	}
}

// startReadyIn is startReady in a root directory and mount namespace of its own.
func startReadyIn(t testing.TB, root, path string) (pid int) {
	return startReadyCommand(t, &exec.Cmd{Path: path, Args: []string{path}, Dir: "/",
		SysProcAttr: &syscall.SysProcAttr{Chroot: root, Cloneflags: syscall.CLONE_NEWNS}})
}

// TestSpecialFilesAreNoDebugFiles: a pipe in a debug root does not stop the search.
func TestSpecialFilesAreNoDebugFiles(t *testing.T) {
	exe, root := build(t, "gcc", "deep.c"), t.TempDir()
	id := openImage(t, exe).BuildID()
	require.NoError(t, os.MkdirAll(filepath.Dir(idPath(root, id)), 0o755))
	require.NoError(t, syscall.Mkfifo(idPath(root, id), 0o600))
	o := objectOf(t, NewLibrary([]string{root}), newFileTarget(t, exe), ProgramOptions{})
	require.ErrorContains(t, o.Search[0].Err, "not a regular file")
}

func TestKernelFiles(t *testing.T) {
	root := t.TempDir()
	exe := build(t, "gcc", "deep.c", "-g")
	id := openImage(t, exe).BuildID()
	l := NewLibrary([]string{root})
	_, _, steps, err := l.Kernel("6.1.0-x", id, ProgramOptions{})
	require.ErrorIs(t, err, core.ErrNotFound)
	require.Len(t, steps, 6)
	copyFile(t, exe, filepath.Join(root, "boot/vmlinux-6.1.0-x"))
	for _, want := range []string{id, ""} {
		img, path, _, err := l.Kernel("6.1.0-x", want, ProgramOptions{})
		require.NoError(t, err)
		require.Equal(t, filepath.Join(root, "boot/vmlinux-6.1.0-x"), path)
		require.Equal(t, id, img.BuildID())
	}
	_, _, _, err = l.Kernel("../x", "", ProgramOptions{})
	require.ErrorIs(t, err, core.ErrInvalid)
	_, _, steps, err = l.Kernel("6.1.0-x", strings.Repeat("ab", 20), ProgramOptions{})
	require.ErrorIs(t, err, core.ErrNotFound)
	require.ErrorContains(t, steps[1].Err, "build id "+id+", want abab")

	_, _, err = l.SystemMap("6.1.0-x", ProgramOptions{})
	require.ErrorIs(t, err, core.ErrNotFound)
	copyFile(t, "search_test.go", filepath.Join(root, "boot/System.map-6.1.0-x"))
	f, path, err := l.SystemMap("6.1.0-x", ProgramOptions{})
	require.NoError(t, err)
	require.Equal(t, filepath.Join(root, "boot/System.map-6.1.0-x"), path)
	require.NoError(t, f.Close())
}

// TestModulePath: the debug file of a kernel module by its path.
func TestModulePath(t *testing.T) {
	exe, root := build(t, "gcc", "deep.c", "-g"), t.TempDir()
	debug, _ := separate(t, exe)
	for _, ext := range []string{"", ".debug"} {
		want := filepath.Join(root, "lib/modules/6.1/kernel/net/deep.ko"+ext)
		copyFile(t, debug, want)
		s := searcher{img: openImage(t, exe), path: "/usr/lib/modules/6.1/kernel/net/deep.ko.xz", dirs: []debugRoot{{"", root}}}
		require.Equal(t, want, s.byModulePath().shown())
		require.NoError(t, os.Remove(want))
	}
}
