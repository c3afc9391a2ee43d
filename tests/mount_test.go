package tests

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/core/coretest"
	"github.com/stackfs/stackfs/fs"
	"github.com/stackfs/stackfs/nodes"
)

// limit is the longest that any client command may take.
const limit = 20 * time.Second

// mountFake mounts a tree with one fake target named fake, served by this
// process. Clients must be child processes.
func mountFake(t *testing.T) (dir string, m *nodes.Mount, fake *coretest.Fake) {
	t.Helper()
	fake = coretest.NewFake()
	fakes := make(chan core.Target, 8)
	for fakes <- fake; len(fakes) < cap(fakes); {
		fakes <- coretest.NewFake()
	}
	m = nodes.NewMount([]core.Driver{{
		Name: "fake", Verb: "attach", Usage: "", Doc: "makes a fake", Example: "attach fake",
		Attach: func(context.Context, core.Spec) (core.Target, error) {
			return <-fakes, nil
		},
	}}, "test")
	dir = filepath.Join(t.TempDir(), "mnt")
	require.NoError(t, os.Mkdir(dir, 0o755))
	srv, err := fs.Mount(dir, m, fs.Options{})
	require.NoError(t, err)
	t.Cleanup(func() {
		m.Close()
		require.NoError(t, srv.Unmount(dir))
		srv.Wait()
	})
	_, err = m.Attach(t.Context(), "attach fake name=fake")
	require.NoError(t, err)
	return dir, m, fake
}

// shell runs a command line in bash; $M is the mount.
func shell(t *testing.T, dir, line string) (out string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-c", line)
	cmd.Env = append(os.Environ(), "M="+dir, "LC_ALL=C")
	cmd.WaitDelay = time.Second
	b, _ := cmd.CombinedOutput()
	require.NoError(t, ctx.Err(), "it hangs: %s\n%s", line, b)
	return strings.ReplaceAll(string(b), dir, "M"), cmd.ProcessState.ExitCode()
}
