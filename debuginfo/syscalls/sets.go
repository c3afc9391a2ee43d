package syscalls

import (
	"strconv"
	"strings"
)

// A set is constants as a table writes them: items is NAME=VALUE in the order in
// which flags are printed, unknown is the remark at a value that has no name.
// With base, the bits of mask are one value of the set base and the others flags.
type set struct {
	unknown string
	base    string
	mask    uint64
	apart   bool // flags without a name are remarked upon beside base too
	items   string
}

// constants is a set, parsed.
type constants struct {
	unknown string
	base    *constants
	mask    uint64
	apart   bool
	items   []constant
	byValue map[uint64]string
	byName  map[string]uint64
}

type constant struct {
	name  string
	value uint64
}

func parseSets(groups []map[string]set) map[string]*constants {
	out := map[string]*constants{}
	for _, g := range groups {
		for name, s := range g {
			out[name] = parseSet(s)
		}
	}
	for _, g := range groups {
		for name, s := range g {
			if s.base != "" {
				out[name].base = out[s.base]
			}
		}
	}
	return out
}

func parseSet(s set) *constants {
	c := &constants{unknown: s.unknown, mask: s.mask, apart: s.apart, byValue: map[uint64]string{}, byName: map[string]uint64{}}
	for _, word := range strings.Fields(s.items) {
		name, text, _ := strings.Cut(word, "=")
		v := parseUint(text)
		c.items = append(c.items, constant{name, v})
		c.byName[name] = v
		if _, twice := c.byValue[v]; !twice {
			c.byValue[v] = name
		}
	}
	return c
}

// one prints v as one of the constants.
func (c *constants) one(v uint64) string {
	if name, ok := c.byValue[v]; ok {
		return name
	}
	return hex(v) + " /* " + c.unknown + " */"
}

// flags prints v as a sum of the constants: what is left over in hexadecimal.
func (c *constants) flags(v uint64) string {
	var parts []string
	if c.base != nil {
		parts, v = append(parts, c.base.one(v&c.mask)), v&^c.mask
	} else if name, ok := c.byValue[v]; ok {
		return name
	}
	for _, item := range c.items {
		if item.value != 0 && v&item.value == item.value {
			parts, v = append(parts, item.name), v&^item.value
		}
	}
	named := len(parts)
	if c.apart {
		named--
	}
	switch {
	case named == 0 && v != 0 && c.apart:
		parts = append(parts, hex(v)+" /* "+c.unknown+" */")
	case named == 0 && v != 0:
		return hex(v) + " /* " + c.unknown + " */"
	case len(parts) == 0:
		return "0"
	case v != 0:
		parts = append(parts, hex(v))
	}
	return strings.Join(parts, "|")
}

// hex is C's %#x: 0 has no prefix.
func hex(v uint64) string {
	if v == 0 {
		return "0"
	}
	return "0x" + strconv.FormatUint(v, 16)
}

// address is a pointer: NULL or hexadecimal.
func address(v uint64) string {
	if v == 0 {
		return "NULL"
	}
	return "0x" + strconv.FormatUint(v, 16)
}
