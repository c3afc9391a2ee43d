package syscalls

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/tests/need"
)

const unistd = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"

// TestNumbers compares the table with the kernel's header.
func TestNumbers(t *testing.T) {
	need.File(t, unistd, "apt install linux-libc-dev")
	text, err := os.ReadFile(unistd)
	if err != nil {
		t.Fatal(err)
	}
	header := 0
	for _, m := range regexp.MustCompile(`#define __NR_(\w+) (\d+)`).FindAllStringSubmatch(string(text), -1) {
		header++
		nr := int(parseUint(m[2]))
		if name, _ := Name(core.AMD64, nr); name != m[1] {
			t.Errorf("%d is %q, in the header %q", nr, name, m[1])
		}
		if n, ok := Number(core.AMD64, m[1]); !ok || n != nr {
			t.Errorf("%s is %d, in the header %d", m[1], n, nr)
		}
	}
	names := Names(core.AMD64)
	t.Logf("%d calls in the header, all here; %d here", header, len(names))
	if header == 0 || len(names) < header {
		t.Errorf("%d names", len(names))
	}
	for i := 1; i < len(names); i++ {
		a, _ := Number(core.AMD64, names[i-1])
		if b, _ := Number(core.AMD64, names[i]); b <= a {
			t.Errorf("%s comes after %s", names[i], names[i-1])
		}
	}
}

// TestSignatures checks that every call has one, and that there are no others.
func TestSignatures(t *testing.T) {
	tab := tableOf(core.AMD64)
	decoded := 0
	for name := range tab.numbers {
		if r, ok := tab.rows[name]; !ok {
			t.Errorf("%s has no signature", name)
		} else if len(r.fields) > 0 {
			decoded++
		}
	}
	for key, r := range tab.rows {
		name, choice, variant := strings.Cut(key, " ")
		if _, ok := tab.numbers[name]; !ok {
			t.Errorf("%q is the signature of no call", key)
		}
		if variant && choice == "" {
			t.Errorf("%q selects nothing", key)
		}
		for _, f := range r.fields {
			if f.at > 5 {
				t.Errorf("%q: %s is argument %d", key, f.name, f.at)
			}
		}
	}
	constants := 0
	for _, c := range tab.sets {
		constants += len(c.items)
	}
	t.Logf("%d calls, %d with arguments, %d rows, %d sets of %d constants, %d structures",
		len(tab.numbers), decoded, len(tab.rows), len(tab.sets), constants, len(tab.structures))
}

// TestOtherArchitecture checks that nothing but its table knows an architecture.
func TestOtherArchitecture(t *testing.T) {
	tab := newTable("0 io_setup 56 openat", map[string]set{"accmode": {unknown: "O_???", items: "READ=0"}}, map[string]string{"io_setup": "n:int"})
	if tab.names[56] != "openat" || len(tab.rows["io_setup"].fields) != 1 {
		t.Error(tab.names, tab.rows["io_setup"])
	}
	call, _ := tab.decode(t.Context(), "openat", nil, core.Syscall{Args: [6]uint64{3, 0}})
	if call.String() != "openat (3, NULL, READ)" {
		t.Error(call)
	}
	other := &core.Arch{Name: "other"}
	if _, ok := Name(other, 0); ok || Names(nil) != nil {
		t.Error("an architecture without a table has calls")
	}
	if _, ok := Number(other, "read"); ok {
		t.Error("an architecture without a table has numbers")
	}
	if s := Decode(t.Context(), other, nil, core.Syscall{Number: 5, Args: [6]uint64{1}}).String(); s != "syscall_0x5 (0x1, 0x0, 0x0, 0x0, 0x0, 0x0)" {
		t.Error(s)
	}
}

// TestErrnoAndSignals compares with a C program's errors and signals.
func TestErrnoAndSignals(t *testing.T) {
	gcc := need.Command(t, "gcc", "apt install gcc libc6-dev")
	source := filepath.Join(t.TempDir(), "names.c")
	program := strings.TrimSuffix(source, ".c")
	code := `#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
int main(void) {
	for (int i = 1; i < 512; i++)
		if (strerrorname_np(i)) printf("errno %d %s %s\n", i, strerrorname_np(i), strerror(i));
	for (int i = 1; i < 32; i++)
		if (sigabbrev_np(i)) printf("signal %d SIG%s\n", i, sigabbrev_np(i));
	printf("SIGRTMIN %d SIGRTMAX %d\n", SIGRTMIN, SIGRTMAX);
}`
	if err := os.WriteFile(source, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(gcc, "-w", "-o", program, source).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command(program).Output()
	if err != nil {
		t.Fatal(err)
	}
	errors, signals := 0, 0
	for line := range strings.Lines(string(out)) {
		words := strings.SplitN(strings.TrimSpace(line), " ", 4)
		n := int(parseUintOrZero(words[1]))
		switch words[0] {
		case "errno":
			errors++
			name, text, ok := Errno(n)
			if !ok || name != words[2] || text != words[3] {
				t.Errorf("%d: %s %q, want %s", n, name, text, line)
			}
		case "signal":
			signals++
			if back, ok := SignalNumber(words[2]); (Signal(n) != words[2] && n != 29) || !ok || back != n { // 29: SIGIO and SIGPOLL
				t.Errorf("%d: %s, %d, want %s", n, Signal(n), back, line)
			}
		case "SIGRTMIN":
			if low, _ := SignalNumber("SIGRTMIN"); low != n {
				t.Errorf("SIGRTMIN %d, want %d", low, n)
			}
			if high, _ := SignalNumber("RTMAX"); fmt.Sprint(high) != words[3] {
				t.Errorf("SIGRTMAX %d, want %s", high, words[3])
			}
		}
	}
	t.Logf("%d errors and %d signals as in the C library", errors, signals)
	if errors != len(errorRows)-5 || signals != len(signalNames)-1 {
		t.Errorf("%d errors and %d signals here", len(errorRows)-5, len(signalNames)-1)
	}
}

func parseUintOrZero(text string) uint64 {
	if text == "" || text[0] < '0' || text[0] > '9' {
		return 0
	}
	return parseUint(text)
}

func TestRealTimeSignals(t *testing.T) {
	for text, want := range map[string]int{
		"SIGRT_0": 32, "RT_3": 35, "SIGRTMIN": 34, "rtmin+1": 35, "SIGRTMAX-2": 62, "SIGRTMAX": 64, "2": 2, "int": 2, "SIGPOLL": 29,
		"CLD": 17, "SIGRT_32": 64, "SIGRTMIN+30": 64,
	} {
		if n, ok := SignalNumber(text); !ok || n != want {
			t.Errorf("%s is %d, want %d", text, n, want)
		}
	}
	for _, text := range []string{"", "0", "65", "-1", "SIG", "SIGRT_33", "SIGRTMIN+31", "SIGRTMAX-64", "SIGRTMIN+", "NOPE", "SIGRT_-1"} {
		if n, ok := SignalNumber(text); ok {
			t.Errorf("%q is %d", text, n)
		}
	}
	for n := 1; n <= 64; n++ {
		if back, ok := SignalNumber(Signal(n)); !ok || back != n {
			t.Errorf("%d is %q and that %d", n, Signal(n), back)
		}
	}
	if Signal(0)+Signal(65)+Signal(-3) != "" {
		t.Error("signals beyond the last")
	}
}
