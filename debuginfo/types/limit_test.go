package types

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestLimits: types that would have more text than there is memory.
func TestLimits(t *testing.T) {
	function, functions, records, pointers := testInt, testInt, testInt, testInt
	for range 60 {
		function = Function(function, []Param{{Type: function}, {Type: function}}, false)
		functions = PointerTo(Function(functions, []Param{{Type: functions}, {Type: functions}, {Type: functions}}, false), 8)
		records = record("", 4, Member{Name: "a", Type: records}, Member{Name: "b", Type: records}, Member{Type: records})
		pointers = record("", 8, Member{Name: "a", Type: PointerTo(pointers, 8)}, Member{Name: "f", Type: functions})
	}
	deep := testInt
	for range 100000 {
		deep = record("deep", 4, Member{Name: "a", Type: deep})
	}
	for name, typ := range map[string]*Type{
		"function": function, "functions": record("f", 8, Member{Name: "f", Type: functions}), "records": records, "pointers": pointers, "deep": deep,
	} {
		assert.LessOrEqual(t, len(AppendLayout(nil, typ)), maxLayout*5/4, name)
		assert.LessOrEqual(t, len(typ.String()), 4*maxName, name)
		Describe(typ)
		Diff(typ, typ)
	}
}
