package nodes_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/core/coretest"
	"github.com/stackfs/stackfs/nodes"
)

var update = flag.Bool("update", false, "write the golden files anew")

// times are what differs from run to run.
var times = regexp.MustCompile(`\[\d+\.\d{6}\]`)

// fakeMount is a mount whose one driver makes fakes.
func fakeMount(t *testing.T) (*nodes.Mount, *coretest.Fake) {
	t.Helper()
	fake := coretest.NewFake()
	m := nodes.NewMount([]core.Driver{{
		Name: "fake", Verb: "attach", Usage: "pid=PID", Doc: "makes a fake", Example: "attach fake pid=1",
		Attach: func(_ context.Context, s core.Spec) (core.Target, error) {
			if pid, _ := s.Value("pid"); pid == "99" {
				return nil, core.Errorf(core.ErrNotFound, "there is no process 99")
			}
			fake.ReadOnly = s.Has("ro")
			return fake, nil
		},
	}}, "test")
	t.Cleanup(m.Close)
	return m, fake
}

func attachFake(t *testing.T) (*nodes.Mount, *coretest.Fake) {
	t.Helper()
	m, fake := fakeMount(t)
	_, err := m.Attach(t.Context(), "attach fake pid=1")
	require.NoError(t, err)
	return m, fake
}

// at walks to a path from the root.
func at(t *testing.T, m *nodes.Mount, file string) nodes.Node {
	t.Helper()
	n := m.Root()
	for part := range strings.SplitSeq(file, "/") {
		var err error
		n, err = n.Lookup(t.Context(), part)
		require.NoError(t, err, "looking up %s of %s", part, file)
	}
	return n
}

func read(t *testing.T, n nodes.Node) (string, error) {
	t.Helper()
	h, err := n.Open(t.Context(), true, false)
	if err != nil {
		return "", err
	}
	b := make([]byte, 1<<20)
	switch {
	case h.Snapshot:
		return string(h.Text), nil
	case h.Stream != nil:
		k, err := h.Stream.Read(t.Context(), b, false)
		if errors.Is(err, core.ErrAgain) {
			return "(would block)\n", nil
		}
		return string(b[:k]), err
	case h.Log != nil:
		return "(log)\n", nil
	}
	return "(bytes)\n", nil
}

// lookups are names that directories do not list.
var lookups = map[string][]string{
	"bytes":       {"0x401010+8", "counter"},
	"disassembly": {"main", "leaf.json"},
	"locations":   {"main+4", "0x400210", "counter.json"},
	"functions":   {"main.json"},
}

func walk(t *testing.T, out *strings.Builder, n nodes.Node, name string) {
	switch n.Kind() {
	case nodes.Link:
		text, err := n.Readlink(t.Context())
		fmt.Fprintf(out, "== %s -> %s %v\n", name, text, err)
		return
	case nodes.File:
		fmt.Fprintf(out, "== %s %04o\n", name, n.Permissions())
		text, err := read(t, n)
		if err != nil {
			text = fmt.Sprintf("error: %v\n", err)
		}
		out.WriteString(text)
		return
	}
	fmt.Fprintf(out, "== %s/ %04o\n", name, n.Permissions())
	entries, err := n.List(t.Context())
	require.NoError(t, err)
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name)
	}
	for _, child := range append(names, lookups[path.Base(name)]...) {
		c, err := n.Lookup(t.Context(), child)
		if err != nil {
			fmt.Fprintf(out, "== %s/%s\nerror: %v\n", name, child, err)
			continue
		}
		walk(t, out, c, name+"/"+child)
	}
}

// TestGoldenTree reads everything of a fake target.
func TestGoldenTree(t *testing.T) {
	m, _ := attachFake(t)
	at(t, m, "fake") // the name is the comm
	var out strings.Builder
	walk(t, &out, m.Root(), "MOUNT")
	golden(t, "testdata/tree.golden", times.ReplaceAllString(out.String(), "[TIME]"))
}

func golden(t *testing.T, file, text string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		return
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "run go test ./nodes -update")
	require.Equal(t, string(want), text, "run go test ./nodes -update if this is meant")
}
