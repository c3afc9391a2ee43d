package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/drivers"
	"github.com/stackfs/stackfs/fs"
	"github.com/stackfs/stackfs/nodes"
	"github.com/stackfs/stackfs/tests/need"
)

// mountLive mounts a tree with the real drivers, served by this process.
func mountLive(t *testing.T) (dir string, m *nodes.Mount) {
	t.Helper()
	need.FUSE(t)
	m = liveMount(t)
	dir = filepath.Join(t.TempDir(), "mnt")
	require.NoError(t, os.Mkdir(dir, 0o755))
	srv, err := fs.Mount(dir, m, fs.Options{})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, srv.Unmount(dir))
		srv.Wait()
	})
	return dir, m
}

// liveMount is a tree with the real drivers that is not mounted.
func liveMount(t testing.TB) *nodes.Mount {
	t.Helper()
	need.Root(t)
	m := nodes.NewMount(drivers.All(nil), "test")
	t.Cleanup(m.Close)
	return m
}

// compile builds a C, C++ or Go source into a program of this test.
func compile(t testing.TB, tool string, args ...string) string {
	t.Helper()
	need.Command(t, tool, "apt-get install gcc g++")
	out := filepath.Join(t.TempDir(), "program")
	if tool == "go" {
		args = append([]string{"build", "-o", out}, args...)
	} else {
		args = append([]string{"-o", out}, args...)
	}
	b, err := exec.Command(tool, args...).CombinedOutput()
	require.NoError(t, err, string(b))
	return out
}

// start runs a program until the test ends and gives it a moment to come to rest.
func start(t testing.TB, path string, args ...string) int {
	t.Helper()
	cmd := exec.Command(path, args...)
	_, err := cmd.StdinPipe() // stays open: nothing comes
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	time.Sleep(500 * time.Millisecond)
	return cmd.Process.Pid
}
