package nodes

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestRowsAreWellFormed checks every row of every table.
func TestRowsAreWellFormed(t *testing.T) {
	seen := 0
	var check func(path string, tab *Table)
	check = func(path string, tab *Table) {
		assert.NotEmpty(t, tab.Doc, path)
		names := map[string]bool{readmeName: true}
		for _, r := range tab.allRows() {
			seen++
			file := path + "/" + r.Name
			assert.Equal(t, 1, r.sources(), "%s has exactly one source", file)
			assert.False(t, names[r.Name], "%s is there twice", file)
			names[r.Name] = true
			assert.NotEmpty(t, r.Doc, file)
			assert.False(t, strings.HasSuffix(r.Doc, "."), "%s: no final period", file)
			assert.False(t, r.JSON && r.Show == nil && r.Stream == nil, "%s: only show and stream have twins", file)
			assert.False(t, r.Set != nil && r.Show == nil, "%s: set goes with show", file)
			for _, c := range r.Commands {
				assert.NotEmpty(t, c.Doc, "%s %s", file, c.Word)
				assert.NotNil(t, c.Run, "%s %s", file, c.Word)
				if c.Forms == nil {
					assert.True(t, strings.HasPrefix(c.Example, c.Word), "%s %s: example %q", file, c.Word, c.Example)
				}
			}
			if r.Dir != nil {
				check(file, r.Dir)
			}
		}
	}
	check("MOUNT", &rootTable)
	t.Logf("%d rows", seen)
}

func (r *Row) sources() int {
	n := 0
	for _, there := range []bool{r.Show != nil, r.At != nil, r.Link != nil, r.Dir != nil, r.Stream != nil, r.Log != nil, r.Commands != nil} {
		if there {
			n++
		}
	}
	return n
}
