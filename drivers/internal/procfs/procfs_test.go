package procfs

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stackfs/stackfs/core"
)

// pids are the processes there are.
func pids(t *testing.T) (out []int) {
	names, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		if pid, err := strconv.Atoi(filepath.Base(n)); err == nil {
			out = append(out, pid)
		}
	}
	return out
}

func TestAllProcesses(t *testing.T) {
	for _, pid := range pids(t) {
		if st, err := ThreadStat(pid, pid); err == nil && (st.TID != pid || st.CPU < 0) || err != nil && !errors.Is(err, core.ErrGone) {
			t.Errorf("stat of %d: %+v, %v", pid, st, err)
		}
		if s, err := ThreadStatus(pid, pid); err == nil && s.TGID != pid || err != nil && !errors.Is(err, core.ErrGone) {
			t.Errorf("status of %d: %+v, %v", pid, s, err)
		}
		if b, err := Read(pid, "syscall"); err == nil {
			if _, err := ParseSyscall(string(b)); err != nil && !errors.Is(err, core.ErrBusy) {
				t.Errorf("syscall of %d: %v", pid, err)
			}
		}
	}
}

func TestParseStat(t *testing.T) {
	s, err := ParseStat("12 (a) R) (b) S 7 1 1 0 -1 2097152 0")
	if err != nil || s.Comm != "a) R) (b" || s.State != 'S' || s.PPID != 7 || !s.Kthread() || s.CPU != -1 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestOpenImageDeleted(t *testing.T) {
	name := filepath.Join(t.TempDir(), "new\nline")
	if err := os.WriteFile(name, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	f, err := openInRoot(os.Getpid(), Unescape(filepath.Dir(name)+`/new\012line (deleted)`))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, _ := f.Stat(); !os.SameFile(got, st) {
		t.Error("another file")
	}
	_, err = OpenImage(context.Background(), os.Getpid(), core.Region{Start: 1, End: 2})
	if !errors.Is(err, core.ErrNotFound) {
		t.Errorf("an anonymous mapping: %v", err)
	}
}

func FuzzParseStat(f *testing.F) {
	f.Add("1 (init) S 0 1 1 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 1 1 1 1 1 1 1 1 1 0 0 0 0 0 0 17 3 0 0")
	f.Fuzz(func(t *testing.T, line string) {
		if s, err := ParseStat(line); err != nil && s != (Stat{}) {
			t.Errorf("%+v beside %v", s, err)
		}
	})
}

func FuzzParseStatus(f *testing.F) {
	f.Add("Name:\ta\nState:\tS (sleeping)\nTgid:\t1\nUid:\t0\t0\t0\t0\nSigPnd:\t0000000000000001\n")
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := ParseStatus(text); err != nil && s != (Status{}) {
			t.Errorf("%+v beside %v", s, err)
		}
	})
}

func FuzzParseSyscall(f *testing.F) {
	f.Add("running\n")
	f.Add("-1 0x7ffc 0x401000")
	f.Add("0 0x3 0x7ffd 0x400 0x0 0x0 0x0 0x7ffc 0x7f00")
	f.Fuzz(func(t *testing.T, line string) {
		if s, err := ParseSyscall(line); err != nil && s != (core.Syscall{}) {
			t.Errorf("%+v beside %v", s, err)
		}
	})
}
