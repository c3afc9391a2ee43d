package tests

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"
)

// updateTranscripts, when set in the environment, writes what the commands of the
// transcripts print into script and README, in place of comparing it.
const updateTranscripts = "STACKFS_UPDATE"

// minutes is the script that README's first five minutes are copied from.
const minutes = "script/minutes.txt"

// runTranscript runs the commands of files, which are as a terminal would show
// them ("$ command" and what it prints), one after another in one shell.
func runTranscript(ts *testscript.TestScript, _ bool, files []string) {
	sh, err := startShell(ts.Getenv("WORK"), ts.Getenv("PATH"))
	ts.Check(err)
	defer sh.end()
	for _, name := range files {
		want := ts.ReadFile(name)
		got, err := sh.replay(want)
		ts.Check(err)
		if os.Getenv(updateTranscripts) != "" {
			ts.Check(updateFile(ts.Name(), name, got))
		} else if timeless(got) != timeless(want) {
			ts.Fatalf("%s: got\n%s\nwant\n%s\n(%s=1 go test ./tests writes it anew)", name, got, want, updateTranscripts)
		}
	}
}

// A transcriptShell is a bash that is fed one command after another.
type transcriptShell struct {
	home string
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	end  func()
}

const endMark = "=== end of the command ==="

func startShell(home, path string) (*transcriptShell, error) {
	cmd := exec.Command("bash", "--norc")
	cmd.Dir = home
	cmd.Env = append(os.Environ(), "HOME="+home, "PATH="+path, "XDG_STATE_HOME="+home+"/.local/state", "LC_ALL=C", "COLUMNS=80")
	in, err1 := cmd.StdinPipe()
	out, w, err2 := os.Pipe()
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	w.Close()
	end := func() {
		in.Close()
		kill := time.AfterFunc(limit, func() { cmd.Process.Kill() })
		defer kill.Stop()
		cmd.Wait()
		out.Close()
	}
	return &transcriptShell{home, cmd, in, bufio.NewReader(out), end}, nil
}

// replay runs the commands of a transcript and returns the transcript that came
// of it, with the home directory named /home/you.
func (s *transcriptShell) replay(transcript string) (string, error) {
	var b strings.Builder
	for line := range strings.Lines(transcript) {
		command, ok := strings.CutPrefix(line, "$ ")
		if !ok {
			continue
		}
		out, err := s.run(command)
		if err != nil {
			return "", fmt.Errorf("%s: %w", command, err)
		}
		b.WriteString(line + out)
	}
	flat := strings.ReplaceAll(strings.Trim(s.home, "/"), "/", "-")
	return strings.NewReplacer(s.home, "/home/you", flat, "home-you").Replace(b.String()), nil
}

var shellPrefix = regexp.MustCompile(`(?m)^bash: line \d+: `)

func (s *transcriptShell) run(command string) (string, error) {
	if _, err := fmt.Fprintf(s.in, "%secho '%s'\n", command, endMark); err != nil {
		return "", err
	}
	late := time.AfterFunc(limit, func() { s.cmd.Process.Kill() })
	defer late.Stop()
	var b strings.Builder
	for {
		line, err := s.out.ReadString('\n')
		if err != nil {
			return "", fmt.Errorf("the shell ended, or took longer than %s, after %q", limit, b.String())
		}
		if line == endMark+"\n" {
			return shellPrefix.ReplaceAllString(b.String(), "bash: "), nil
		}
		b.WriteString(line)
	}
}

var (
	times     = regexp.MustCompile(`\d+\.\d{6}`)
	addresses = regexp.MustCompile(`0x[0-9a-f]+`)
	numbers   = regexp.MustCompile(`\b\d{3,}\b`)
)

// timeless is a transcript without what differs at each run: times, addresses,
// process ids; and the width of what is aligned under them.
func timeless(text string) string {
	text = times.ReplaceAllString(text, "TIME")
	text = addresses.ReplaceAllString(text, "0xADDRESS")
	return numbers.ReplaceAllString(text, "NUMBER")
}

// updateFile writes one file of a script anew.
func updateFile(script, name, text string) error {
	path := "script/" + script + ".txt"
	a, err := txtar.ParseFile(path)
	if err != nil {
		return err
	}
	for i := range a.Files {
		if a.Files[i].Name == name {
			a.Files[i].Data = []byte(text)
		}
	}
	return os.WriteFile(path, txtar.Format(a), 0o644)
}

var consoleBlock = regexp.MustCompile("(?s)```console\n(.*?)```\n")

// TestREADMEShowsWhatWasRun: its console blocks are the transcripts of a script
// that passes.
func TestREADMEShowsWhatWasRun(t *testing.T) {
	const readme = "../README.md"
	text, err := os.ReadFile(readme)
	require.NoError(t, err)
	script, err := txtar.ParseFile(minutes)
	require.NoError(t, err)
	var want, got []string
	for _, f := range script.Files {
		want = append(want, string(f.Data))
	}
	for _, m := range consoleBlock.FindAllStringSubmatch(string(text), -1) {
		got = append(got, m[1])
	}
	if os.Getenv(updateTranscripts) == "" {
		require.Equal(t, want, got)
		return
	}
	require.Len(t, got, len(want))
	left := slices.Clone(want)
	out := consoleBlock.ReplaceAllStringFunc(string(text), func(string) string {
		block := "```console\n" + left[0] + "```\n"
		left = left[1:]
		return block
	})
	require.NoError(t, os.WriteFile(readme, []byte(out), 0o644))
}

// TestReferenceIsFresh: docs/tree.md is what stackfs tree --markdown prints.
func TestReferenceIsFresh(t *testing.T) {
	want, err := os.ReadFile("../docs/tree.md")
	require.NoError(t, err)
	got, err := exec.Command(program(t), "tree", "--markdown").Output()
	require.NoError(t, err)
	require.True(t, string(want) == string(got), "docs/tree.md is stale: make generate")
}
