package types

import (
	"strconv"
	"strings"
)

// when says for which tags a variant is what is there.
func (v *Variant) when() string {
	if len(v.Ranges) == 0 {
		return "any other tag"
	}
	var out []string
	for _, r := range v.Ranges {
		s := strconv.FormatInt(r[0], 10)
		if r[1] != r[0] {
			s += ".." + strconv.FormatInt(r[1], 10)
		}
		out = append(out, s)
	}
	return "tag " + strings.Join(out, ", ")
}
