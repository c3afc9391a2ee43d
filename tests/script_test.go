package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts runs script/*.txt, each with a home of its own.
func TestScripts(t *testing.T) {
	path := filepath.Dir(program(t))
	testscript.Run(t, testscript.Params{
		Dir: "script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("XDG_STATE_HOME", e.WorkDir+"/.local/state")
			e.Setenv("LC_ALL", "C")
			e.Setenv("PATH", path+":"+os.Getenv("PATH"))
			e.Defer(func() { endScript(filepath.Join(path, "stackfs"), e.WorkDir+"/s") })
			source, err := os.ReadFile("samples/demo.c")
			if err != nil {
				return err
			}
			if err := os.MkdirAll(e.WorkDir+"/tests/samples", 0o755); err != nil {
				return err
			}
			return os.WriteFile(e.WorkDir+"/tests/samples/demo.c", source, 0o644)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"transcript": runTranscript},
	})
}

// endScript takes away what a script that failed has left.
func endScript(stackfs, dir string) {
	list, err := os.ReadFile("/proc/self/mounts")
	if err != nil || !strings.Contains(string(list), " "+dir+" ") {
		return
	}
	for _, args := range [][]string{{"ctl", dir + "/kitchen", "kill"}, {"umount", dir}} {
		_ = exec.Command(stackfs, args...).Run()
	}
}
