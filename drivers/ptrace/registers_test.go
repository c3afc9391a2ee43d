package ptrace

import (
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/tests/inferior"
	"github.com/stackfs/stackfs/tests/need"
)

// rawRegister is a line of gdb's maint print raw-registers: name, number, relative number, offset, size, type, value.
var rawRegister = regexp.MustCompile(`^\s*(\S+)\s+\d+\s+\d+\s+\d+\s+\d+\s+\S+\s+(0x[0-9a-f]+)`)

func TestRegistersAsGDB(t *testing.T) {
	gdb := need.Command(t, "gdb", "apt-get install gdb")
	for _, name := range []string{"registers", "threads"} {
		p := inferior.Start(t, inferior.Build(t, name))
		p.Line("ready")
		time.Sleep(20 * time.Millisecond)
		target := attach(t, p.PID)
		release, err := target.Hold(limited(t), p.PID)
		if err != nil {
			t.Fatal(err)
		}
		regs, err := (Thread{target, p.PID}).Registers(limited(t))
		if err != nil {
			t.Fatal(err)
		}
		release()
		target.Close()
		compare(t, gdb, name, p.PID, regs)
	}
}

// compare has gdb show the same thread's raw registers, and wide ones by their halves.
func compare(t *testing.T, gdb, name string, pid int, regs core.Registers) {
	t.Helper()
	out, err := exec.Command(gdb, "-nx", "-batch", "-p", fmt.Sprint(pid), "-ex", "maint print cooked-registers").Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	compared, seen := 0, map[string]bool{}
	for line := range strings.Lines(string(out)) {
		m := rawRegister.FindStringSubmatch(line)
		if m == nil || seen[m[1]] {
			continue
		}
		i, ok := regs.Arch.Index(m[1])
		if !ok {
			continue
		}
		seen[m[1]] = true
		got, want := strings.TrimLeft(regs.Format(i)[1:], "x0"), strings.TrimLeft(m[2], "x0")
		// The loop has two instructions; a sleep is restarted under another number.
		moves := name == "registers" && (m[1] == "rip" || m[1] == "eflags") || name == "threads" && m[1] == "orig_rax"
		if got != want && !moves {
			t.Errorf("%s: %s is %s, gdb says %s", name, m[1], regs.Format(i), m[2])
		}
		compared++
	}
	var missing []string
	for i, r := range regs.Arch.Registers {
		if _, known := regs.Bytes(i); known && !seen[r.Name] {
			missing = append(missing, r.Name)
		}
	}
	t.Logf("%s: %d registers compared with gdb's; known to us and not shown by it: %v", name, compared, missing)
	if compared < 60 {
		t.Errorf("only %d registers compared\n%s", compared, out)
	}
}
