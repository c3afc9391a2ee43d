package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/core/coretest"
	"github.com/stackfs/stackfs/tests/need"
)

// asStackfs makes this test program stackfs with the drivers of fakes.
const asStackfs = "STACKFS_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asStackfs) != "" {
		os.Exit(run(os.Args[1:], fakes))
	}
	os.Exit(m.Run())
}

// panicking is a target in which something is wrong.
type panicking struct{ *coretest.Fake }

// Threads panics.
func (panicking) Threads(context.Context) ([]core.Thread, error) { panic("a bug in a driver") }

func fakes([]string) []core.Driver {
	return []core.Driver{{
		Name: "panicking", Verb: "attach", Usage: "", Doc: "panics", Example: "attach panicking",
		Attach: func(context.Context, core.Spec) (core.Target, error) { return panicking{coretest.NewFake()}, nil },
	}, {
		Name: "hanging", Verb: "attach", Usage: "", Doc: "never answers", Example: "attach hanging",
		Attach: func(ctx context.Context, _ core.Spec) (core.Target, error) {
			<-ctx.Done()
			time.Sleep(time.Hour) // not even then
			return nil, ctx.Err()
		},
	}}
}

// start runs the program in the background of the test.
func start(t *testing.T, args ...string) (cmd *exec.Cmd, out *strings.Builder) {
	t.Helper()
	need.FUSE(t)
	out = &strings.Builder{}
	cmd = exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asStackfs+"=1")
	cmd.Stdout, cmd.Stderr = out, out
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	return cmd, out
}

// ended waits for a program's end and returns its status.
func ended(t *testing.T, cmd *exec.Cmd) int {
	t.Helper()
	kill := time.AfterFunc(20*time.Second, func() { cmd.Process.Kill() })
	defer kill.Stop()
	cmd.Wait()
	return cmd.ProcessState.ExitCode()
}

func isMountedAt(t *testing.T, dir string) bool {
	t.Helper()
	list, err := os.ReadFile("/proc/self/mounts")
	require.NoError(t, err)
	return strings.Contains(string(list), " "+dir+" ")
}

// TestPanicInAHandler: the reader gets an error, the mount goes, the status is 2.
func TestPanicInAHandler(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mnt")
	cmd, out := start(t, "mount", "--foreground", "--attach", "panicking name=p", dir)
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if exec.Command("test", "-d", dir+"/p").Run() == nil {
			break
		}
		require.True(t, time.Now().Before(end), "no mount")
	}
	text, err := exec.Command("ls", dir+"/p/threads").CombinedOutput()
	assert.Error(t, err)
	assert.NotContains(t, string(text), "fake")
	assert.Equal(t, 2, ended(t, cmd), out.String())
	assert.Contains(t, out.String(), "a bug in a driver")
	assert.False(t, isMountedAt(t, dir))
}

// TestInterruptedMount: Ctrl-C while a target does not answer leaves nothing behind.
func TestInterruptedMount(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mnt")
	cmd, out := start(t, "mount", "--log", filepath.Join(t.TempDir(), "log"), "--attach", "hanging", dir)
	for end := time.Now().Add(10 * time.Second); !isMountedAt(t, dir); time.Sleep(10 * time.Millisecond) {
		require.True(t, time.Now().Before(end), "no mount")
	}
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	assert.Equal(t, 1, ended(t, cmd))
	assert.Contains(t, out.String(), "interrupted")
	assert.False(t, isMountedAt(t, dir))
	assert.NoDirExists(t, dir)
}

func TestManualAndCompletionAreMade(t *testing.T) {
	dir := t.TempDir()
	require.Zero(t, run([]string{"docs", dir}, fakes))
	pages, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, p := range pages {
		names = append(names, p.Name())
	}
	assert.Contains(t, names, "stackfs-mount.1")
	for _, hidden := range []string{"stackfs-keeper.1", "stackfs-docs.1"} {
		assert.NotContains(t, names, hidden)
	}
	first, err := os.ReadFile(filepath.Join(dir, "stackfs-mount.1"))
	require.NoError(t, err)
	require.Zero(t, run([]string{"docs", dir}, fakes))
	second, err := os.ReadFile(filepath.Join(dir, "stackfs-mount.1"))
	require.NoError(t, err)
	assert.Equal(t, string(first), string(second), "the same at each build")
}
