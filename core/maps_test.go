package core

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestMapsOfAllProcesses(t *testing.T) {
	files, err := filepath.Glob("/proc/[0-9]*/maps")
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended, or is another user's
		}
		regions, err := ParseMaps(bytes.NewReader(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := FormatMaps(regions); !bytes.Equal(got, text) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, text)
		}
		lines += len(regions)
	}
	if lines == 0 {
		t.Fatal("no maps could be read")
	}
}

func FuzzParseMapsLine(f *testing.F) {
	f.Add("7f48a141c000-7f48a1420000 r--p 00000000 fe:00 1234                       /usr/lib/a b (deleted)")
	f.Add("7ffc031b9000-7ffc031da000 rw-p 00000000 00:00 0                          [stack]")
	f.Add("00400000-00401000 r-xs 7fffffff00000000 103:0a 18446744073709551615 ")
	f.Fuzz(func(t *testing.T, line string) {
		r, err := ParseMapsLine(line)
		if err != nil {
			return
		}
		again, err := ParseMapsLine(string(bytes.TrimSuffix(r.AppendMaps(nil), []byte("\n"))))
		if err != nil || again != r {
			t.Errorf("%q: %+v becomes %+v, %v", line, r, again, err)
		}
	})
}
