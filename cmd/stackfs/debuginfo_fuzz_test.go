package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/tests/inferior"
)

// FuzzQuestion: whatever is asked, there is an answer or an error, and JSON is whole.
func FuzzQuestion(f *testing.F) {
	for _, s := range []string{"main", "struct timespec.tv_sec", "main.argc", "0x10", "demo.c:44", "coo*", "queue[1]", "a.b.c->d", "struct ", "queue.x::y.", "sizeof(int", "'", "[", "::.", "->"} {
		f.Add(s)
	}
	path := inferior.Build(f, "demo")
	f.Fuzz(func(t *testing.T, question string) {
		if strings.HasPrefix(question, "-") {
			return // a flag, or standard input
		}
		var out bytes.Buffer
		q := &inquiry{in: strings.NewReader(""), out: &out, lists: newListings(), source: "auto", json: true, noCache: true}
		if err := q.run(t.Context(), path, []string{question}); err != nil {
			require.NotEmpty(t, err.Error())
		}
		require.True(t, strings.HasSuffix(out.String(), "]}\n"), out.String())
	})
}

// FuzzBTFFile: a file that says it is BTF.
func FuzzBTFFile(f *testing.F) {
	f.Add([]byte{0x9f, 0xeb, 1, 0, 24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0})
	path := f.TempDir() + "/btf"
	f.Fuzz(func(t *testing.T, data []byte) {
		require.NoError(t, os.WriteFile(path, append([]byte{0x9f, 0xeb, 1}, data...), 0o600))
		var out bytes.Buffer
		q := &inquiry{in: strings.NewReader(""), out: &out, lists: newListings(), source: "auto"}
		q.lists[0].wanted = true
		if err := q.run(t.Context(), path, nil); err != nil {
			require.NotEmpty(t, err.Error())
		}
	})
}
