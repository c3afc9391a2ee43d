package tests

import (
	"fmt"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/inferior"
)

// TestReadOnlyAttach: nothing written anywhere changes the target.
func TestReadOnlyAttach(t *testing.T) {
	l := newLive(t)
	p := inferior.Start(t, inferior.Build(t, "handlers"), "sums")
	p.Line("ready")
	sum := p.Line("sum ")
	l.attach(p.PID, "ro")
	assert.Equal(t, "ro", l.field("status", "mode"))
	thread := fmt.Sprintf("$T/threads/%d", p.PID)
	for _, line := range []string{"stop", "cont", "signal USR1", "kill", "stop %[1]d", "cont %[1]d", "signal USR1 %[1]d"} {
		if strings.Contains(line, "%") {
			line = fmt.Sprintf(line, p.PID)
		}
		l.fails("Read-only file system", "echo %s > $T/ctl", line)
		entry := l.lastError("$T/error_log")
		assert.Contains(t, entry, "  "+line+"\n")
		assert.Contains(t, entry, "attached with ro")
	}
	for _, line := range []string{"stop", "cont", "signal USR1"} {
		l.fails("Read-only file system", "echo %s > %s/ctl", line, thread)
	}
	for _, register := range []string{"rip", "rsp", "rax", "orig_rax", "eflags", "fs_base", "xmm0", "st0"} {
		out, _ := l.sh("echo 0x1 > %s/regs/%s", thread, register)
		assert.Regexp(t, "Read-only file system|Permission denied", out, register)
	}
	data := l.symbol("checked_data")
	out, _ := l.sh("printf AAAA | dd of=$T/mem bs=4 count=1 seek=$((%s/4)) conv=notrunc", data)
	assert.Regexp(t, "Read-only file system|Permission denied", out)
	counts, examples := client(t, "", "walk", l.dir+"/t", "0x1\n", "options")
	requireErrnos(t, "every file", counts, examples, syscall.EROFS, syscall.EACCES, syscall.EINVAL, 0)
	for _, fine := range []string{"echo refresh > $T/ctl", "echo clear > $T/ctl", "echo 4000 > $T/options/timeout", "cat " + thread + "/backtrace", "cat " + thread + "/registers"} {
		l.ok("%s", fine)
	}
	for range 5 {
		require.Equal(t, sum, p.Line("sum "))
	}
	l.detach()
	require.Equal(t, sum, p.Line("sum "))
	select {
	case line := <-p.Lines():
		assert.NotContains(t, line, "got ")
	default:
	}
}

// symbol is the address of a symbol, as 0x and digits.
func (l *live) symbol(name string) string {
	l.t.Helper()
	return "0x" + strings.TrimSpace(l.ok("grep ' %s \\[' $T/symbols | cut -d' ' -f1", name))
}
