package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

const doctorLong = `Check what stackfs needs and what it can use, one line each:

    ok    it works
    warn  something is not to be had; the rest works
    FAIL  mounting or attaching cannot work here

followed by what it is and what to change. The exit status is 1 after a FAIL.`

func newDoctor(a app) *cobra.Command {
	return &cobra.Command{
		Use: "doctor", Short: "say what works here, and what to change", Long: doctorLong, Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return examine(thisHost(), a.out) },
	}
}

// A grade is how good or bad a finding is.
type grade string

const (
	fine grade = "ok"
	warn grade = "warn"
	fail grade = "FAIL"
)

// A finding is what a check found: a sentence, and what to change, if anything.
type finding struct {
	grade grade
	text  string
	hint  string
}

// A check looks at one thing of a host.
type check struct {
	name string
	look func(h host) finding
}

// checks is what doctor looks at, in this order.
var checks = []check{
	{"fuse-device", checkFuseDevice},
	{"fusermount3", checkFusermount},
	{"allow-other", checkAllowOther},
	{"ptrace", checkPtrace},
	{"capabilities", checkCapabilities},
	{"sandbox", checkSandbox},
	{"uprobes", checkUprobes},
	{"perf-events", checkPerf},
	{"bpf", checkBPF},
	{"qemu", checkQEMU},
	{"debug-info", checkDebugInfo},
	{"systemd", checkSystemd},
}

// errUnfit ends doctor after a FAIL; the lines have said why.
var errUnfit = errors.New("stackfs cannot work here as things are; see the FAIL lines")

func examine(h host, w io.Writer) error {
	var err error
	for _, c := range checks {
		f := c.look(h)
		if f.grade == fail {
			err = errUnfit
		}
		if _, writeErr := fmt.Fprintln(w, f.line(c.name)); writeErr != nil {
			return writeErr
		}
	}
	return err
}

func (f finding) line(name string) string {
	line := fmt.Sprintf("%-4s %s: %s", f.grade, name, f.text)
	if f.hint != "" {
		line += "; " + f.hint
	}
	return strings.ReplaceAll(line, "\n", " ")
}
