package values

import (
	"context"
	"strings"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo/types"
)

func (c *checker) call(n *Node) (*Typed, error) {
	switch n.Text {
	case "container_of":
		return c.containerOf(n)
	case "per_cpu":
		return c.perCPU(n)
	case "list":
		return c.list(n)
	}
	return nil, c.failf(n, "calling a function would run code of the target, which an expression does not")
}

// containerOf is the kernel's macro: the record that p points into member m of.
func (c *checker) containerOf(n *Node) (*Typed, error) {
	p, err := c.scalar(n.Args[0])
	if err != nil {
		return nil, err
	}
	record, offset, _, err := c.placeIn(n)
	if err != nil {
		return nil, err
	}
	if !isPointer(p.Type) && !isInteger(p.Type) {
		return nil, c.failf(n.Args[0], "a value of type %s is not a pointer", c.typeName(p))
	}
	one, err := numberNode(n, longType, number{i: 1})
	return &Typed{Op: OpOffset, Type: c.env.pointerTo(record), Args: []*Typed{p, one}, Scale: -offset, Node: n}, err
}

// placeIn finds the type Args[1] and the offset of its member Args[2] in bytes; the
// member may be one of a member: a.b, a[3].
func (c *checker) placeIn(n *Node) (record *types.Type, offset int64, m *types.Type, err error) {
	record, err = c.typeOf(n.Args[1], n.Args[1].Text)
	if err != nil {
		return nil, 0, nil, err
	}
	record = c.complete(record)
	m = record
	for part := range strings.SplitSeq(n.Args[2].Text, ".") {
		way := findMember(m, strings.TrimSpace(part))
		if way == nil {
			return nil, 0, nil, c.failf(n.Args[2], "%s has no member %s%s", types.Declare(m, ""), part, c.hint(m, part))
		}
		for _, step := range way {
			if step.Static || step.Virtual || step.BitSize > 0 {
				return nil, 0, nil, c.failf(n.Args[2], "member %s has no fixed place of whole bytes", part)
			}
			offset += step.BitOffset / 8
			m = step.Type
		}
	}
	return record, offset, m, nil
}

func (c *checker) perCPU(n *Node) (*Typed, error) {
	x, err := c.value(n.Args[0])
	if err != nil {
		return nil, err
	}
	cpu, err := c.scalar(n.Args[1])
	if err != nil {
		return nil, err
	}
	if !isInteger(cpu.Type) {
		return nil, c.failf(n.Args[1], "a CPU is an integer, not a %s", c.typeName(cpu))
	}
	if c.env.PerCPU == nil {
		return nil, c.fail(n, core.Errorf(core.ErrUnsupported, "per_cpu: this target has no per-CPU variables"))
	}
	return &Typed{Op: OpPerCPU, Type: x.Type, Args: []*Typed{x, convert(cpu, longType)}, Node: n}, nil
}

// list is list(head, T, m): pointers to the T whose member m is linked in head, a
// list_head or hlist_head or a pointer to one.
func (c *checker) list(n *Node) (*Typed, error) {
	head, err := c.value(n.Args[0])
	if err != nil {
		return nil, err
	}
	record, offset, _, err := c.placeIn(n)
	if err != nil {
		return nil, err
	}
	if !isPointer(head.Type) {
		head = head.over(OpAddress, c.env.pointerTo(head.Type), head)
	}
	first := "next"
	if elem := c.complete(head.Type.Strip().Elem()); findMember(elem, "next") == nil {
		first = "first"
	}
	link, err := c.memberOf(head, first)
	if err != nil {
		return nil, c.fail(n, err)
	}
	return &Typed{Op: OpList, Operator: first, Type: arrayOf(c.env.pointerTo(record), -1), Args: []*Typed{head, link}, Scale: offset, Node: n}, nil
}

// maxEntries bounds the entries of one list.
const maxEntries = 100000

// entries follows a list: from first until it comes back to head (a list_head) or
// ends (an hlist_head, whose nodes' first word is next as well).
func entries(ctx context.Context, env *Env, head, first uint64, circular bool, offset int64) ([]uint64, error) {
	var out []uint64
	seen := map[uint64]bool{}
	size := env.pointerSize()
	for at := first; ; {
		switch {
		case circular && at == head || !circular && at == 0:
			return out, nil
		case at == 0:
			return nil, core.Errorf(core.ErrInvalid, "the list at 0x%x ends in a null pointer after %d entries", head, len(out))
		case seen[at]:
			return nil, core.Errorf(core.ErrInvalid, "the list at 0x%x runs in a circle: 0x%x comes twice", head, at)
		case len(out) == maxEntries:
			return nil, core.Errorf(core.ErrInvalid, "the list at 0x%x has more than %d entries", head, maxEntries)
		}
		if err := core.ContextError(ctx, "following a list"); err != nil {
			return nil, err
		}
		seen[at] = true
		out = append(out, at-uint64(offset))
		b, err := env.readMemory(ctx, at, size)
		if err != nil {
			return nil, err
		}
		at = extended(b, false)
	}
}
