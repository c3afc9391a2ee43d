package tests

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// Clients are what the test binary is as `client WORD ARG...`: calls of the kernel
// that no shell makes, many of them, from a process that does not serve the mount.
// What each prints is one line a call: the errno and what was asked.
var clients = map[string]func(args []string, say func(string, error)) error{
	"lookup": clientLookup, "write": clientWrite, "walk": clientWalk,
}

// clientWorkers is how many calls a client makes at a time.
const clientWorkers = 6

// runClient is the client's main function.
func runClient(args []string) error {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	var mu sync.Mutex
	return clients[args[0]](args[1:], func(what string, err error) {
		mu.Lock()
		defer mu.Unlock()
		var errno syscall.Errno
		if err != nil && !errors.As(err, &errno) {
			errno = syscall.EBADMSG // none that the mount gives
		}
		fmt.Fprintf(out, "%s %q\n", errnoName(errno), what)
	})
}

func errnoName(e syscall.Errno) string {
	if e == 0 {
		return "OK"
	}
	return strings.ReplaceAll(e.Error(), " ", "_")
}

// client runs a client and gives how often each errno came, with an example.
func client(t *testing.T, stdin string, args ...string) (counts map[string]int, examples map[string]string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"client"}, args...)...)
	cmd.Stdin = strings.NewReader(stdin)
	var out []byte
	done := make(chan error, 1)
	go func() {
		var err error
		out, err = cmd.Output()
		done <- err
	}()
	within(t, 3*limit, strings.Join(args, " ")+" ends", func() bool { return len(done) > 0 })
	require.NoError(t, <-done, args)
	counts, examples = map[string]int{}, map[string]string{}
	for line := range strings.Lines(string(out)) {
		errno, what, _ := strings.Cut(line, " ")
		counts[errno]++
		examples[errno] = what
	}
	return counts, examples
}

// requireErrnos checks that no other errno came.
func requireErrnos(t *testing.T, what string, counts map[string]int, examples map[string]string, allowed ...syscall.Errno) {
	t.Helper()
	names := map[string]bool{}
	for _, e := range allowed {
		names[errnoName(e)] = true
	}
	for _, errno := range slices.Sorted(maps.Keys(counts)) {
		require.True(t, names[errno], "%s: %s, %d times, as for %s", what, errno, counts[errno], examples[errno])
	}
}

// clientLookup looks up each line of standard input (Go syntax) in a directory.
func clientLookup(args []string, say func(string, error)) error {
	return eachLine(func(name string) {
		var st syscall.Stat_t
		say(name, syscall.Lstat(args[0]+"/"+name, &st))
	})
}

// clientWrite writes each line of standard input (Go syntax) to a file, by an open each.
func clientWrite(args []string, say func(string, error)) error {
	return eachLine(func(line string) { say(line[:min(len(line), 60)], writeFile(args[0], line)) })
}

func writeFile(path, text string) error {
	fd, err := syscall.Open(path, syscall.O_WRONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	_, err = syscall.Write(fd, []byte(text))
	return err
}

// clientWalk writes text to every file below a directory but those of some names.
func clientWalk(args []string, say func(string, error)) error {
	text, but := args[1], args[2:]
	var paths []string
	err := filepath.WalkDir(args[0], func(path string, e fs.DirEntry, err error) error {
		if e != nil && e.Type().IsRegular() && !slices.Contains(but, e.Name()) {
			paths = append(paths, path)
		}
		return nil
	})
	each(paths, func(path string) { say(strings.TrimPrefix(path, args[0]), writeFile(path, text)) })
	return err
}

func eachLine(do func(string)) error {
	var lines []string
	s := bufio.NewScanner(os.Stdin)
	s.Buffer(nil, 8<<20)
	for s.Scan() {
		var text string
		if _, err := fmt.Sscanf(s.Text(), "%q", &text); err != nil {
			return err
		}
		lines = append(lines, text)
	}
	each(lines, do)
	return s.Err()
}

func each(all []string, do func(string)) {
	work := make(chan string)
	var wg sync.WaitGroup
	for range clientWorkers {
		wg.Go(func() {
			for s := range work {
				do(s)
			}
		})
	}
	for _, s := range all {
		work <- s
	}
	close(work)
	wg.Wait()
}
