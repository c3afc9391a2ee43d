package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/stackfs/stackfs/core"
	"github.com/stackfs/stackfs/debuginfo"
	"github.com/stackfs/stackfs/debuginfo/types"
	"github.com/stackfs/stackfs/nodes"
)

// ask answers one question: an address, a line, a pattern, a name, members of one.
func (q *inquiry) ask(ctx context.Context, question string) error {
	question = strings.TrimSpace(question)
	switch {
	case isAddress(question), isLine(question):
		return q.place(question)
	case isPattern(question):
		return q.names(ctx, question)
	case isTagged(question) || q.source == "btf":
		return q.typeOrMember(question)
	}
	done, noMember := q.members(ctx, question)
	if done {
		return nil
	}
	for _, try := range []func(context.Context, string) (bool, error){q.items, q.symbols} {
		if done, err := try(ctx, question); done || err != nil {
			return err
		}
	}
	if noMember != nil {
		return noMember
	}
	if done, err := q.expression(ctx, question); done || err != nil {
		return err
	}
	return q.unknown(ctx, question)
}

// isAddress says whether a question begins as a number does.
func isAddress(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

// isLine says whether a question is FILE:LINE.
func isLine(s string) bool {
	i := strings.LastIndexByte(s, ':')
	return i > 0 && s[i-1] != ':' && i < len(s)-1 && strings.Trim(s[i+1:], "0123456789") == ""
}

// isPattern says whether a question is a glob: * and ? beside what names are made of.
func isPattern(s string) bool {
	if !strings.ContainsAny(s, "*?[") || strings.ContainsAny(s, " ()<>&+-/=@") || strings.Contains(s, "operator") {
		return false
	}
	_, err := path.Match(s, "")
	return err == nil && (strings.ContainsAny(s, "*?") || strings.Contains(s, "]") && strings.Trim(between(s), "0123456789") != "")
}

// between is what is between the first brackets.
func between(s string) string {
	_, s, _ = strings.Cut(s, "[")
	s, _, _ = strings.Cut(s, "]")
	return s
}

// isTagged says whether a question begins with the keyword of a type.
func isTagged(s string) bool {
	word, _, ok := strings.Cut(s, " ")
	switch word {
	case "struct", "union", "enum", "class":
		return ok
	}
	return false
}

// unknown says that there is no such name, and which are near.
func (q *inquiry) unknown(ctx context.Context, question string) error {
	if !q.hasInfo() && len(q.prog.Symbols()) == 0 {
		return q.noDebugInfo()
	}
	near := q.prog.NearestItems(ctx, question, debuginfo.AllItems, 3)
	if !q.hasInfo() {
		near = q.prog.Nearest(question, 3)
	}
	if err := core.ContextError(ctx, "looking for near names"); err != nil {
		return err
	}
	hint := ""
	if len(near) > 0 {
		hint = "; the nearest are " + strings.Join(near, ", ")
	}
	if !q.hasInfo() {
		hint += "; there are only symbols: " + q.noDebugInfo().Error()
	}
	return core.Errorf(core.ErrNotFound, "%s has no %q%s", q.path, question, hint)
}

// hasInfo says whether there is DWARF.
func (q *inquiry) hasInfo() bool {
	for range q.prog.Units() {
		return true
	}
	return false
}

// typeSource is where a type is looked for by its tag.
func (q *inquiry) typeSource() (types.Source, error) {
	btf, err := q.btf()
	switch {
	case q.source == "btf" && err != nil:
		return nil, fmt.Errorf("%s has no BTF to take types from, choose another --source: %w", q.path, err)
	case q.source != "dwarf" && err == nil:
		return btf, nil
	case !q.hasInfo():
		return nil, q.noDebugInfo()
	}
	return dwarfTypes{q.prog}, nil
}

// dwarfTypes finds types in DWARF.
type dwarfTypes struct{ of *debuginfo.Program }

// Type implements types.Source.
func (d dwarfTypes) Type(name string) (*types.Type, error) {
	return d.of.Type(context.Background(), name)
}

// typeOrMember answers where nothing but types is asked for: `struct s`, `struct s.a.b`,
// `struct s *`.
func (q *inquiry) typeOrMember(question string) error {
	src, err := q.typeSource()
	if err != nil {
		return err
	}
	name, rest := cutMembers(question)
	t, err := q.findType(src, name)
	for longer, after := range memberSplits(question) {
		if !errors.Is(err, core.ErrNotFound) {
			break
		}
		if found, e := q.findType(src, longer); e == nil {
			t, err, name, rest = found, nil, longer, after
		}
	}
	if errors.Is(err, core.ErrNotFound) && rest != "" {
		if found, e := q.findType(src, question); e == nil {
			t, err, name, rest = found, nil, question, ""
		}
	}
	switch {
	case errors.Is(err, core.ErrNotFound):
		return q.unknownType(src, question, name)
	case err != nil:
		return err
	case t == nil:
		return core.Errorf(core.ErrInvalid, "void has no layout")
	case rest != "":
		return q.member(chain{of: question, base: name, kind: "type", at: t}, rest)
	}
	q.document.say(layout{t})
	return nil
}

// findType finds a type by its name as in a cast, in DWARF too if there is no other wish.
func (q *inquiry) findType(src types.Source, name string) (*types.Type, error) {
	t, err := types.Parse(src, name)
	if _, isDWARF := src.(dwarfTypes); errors.Is(err, core.ErrNotFound) && !isDWARF && q.source == "auto" && q.hasInfo() {
		return types.Parse(dwarfTypes{q.prog}, name) // BTF leaves out what the kernel has no use for
	}
	return t, err
}

// cutMembers splits NAME.a.b, or NAME->a, behind the name; one that has dots itself
// (Go, FILE.c::NAME) is split behind the part after the last / or ::.
func cutMembers(s string) (name, rest string) {
	from := 0
	if i := strings.LastIndex(s, "::"); i >= 0 {
		from = i + 2
	}
	dot, arrow := strings.IndexByte(s[from:], '.'), strings.Index(s[from:], "->")
	switch {
	case dot < 0 && arrow < 0:
		return s, ""
	case dot < 0 || arrow >= 0 && arrow < dot:
		dot = arrow
	}
	return strings.TrimSpace(s[:from+dot]), s[from+dot:]
}

// items answers with what debug info says of a name.
func (q *inquiry) items(ctx context.Context, name string) (bool, error) {
	all, err := q.prog.Items(ctx, name, debuginfo.AllItems)
	if err != nil {
		return false, ignoreUnknown(err)
	}
	shown := newShown()
	inlined := slices.ContainsFunc(all, debuginfo.Item.IsInline)
	for _, i := range all {
		if !shown.isNew(i) {
			continue
		}
		s, err := q.item(ctx, i, inlined)
		if err != nil {
			return false, err
		}
		q.document.say(s)
	}
	return true, nil
}

// ignoreUnknown drops the error that says that a name is not there.
func ignoreUnknown(err error) error {
	if isUnknown(err) {
		return nil
	}
	return err
}

// shown is what has been said of a name: a function that is only inlined, and a
// declaration, are not worth another answer where there is a definition.
type shown struct{ seen map[string]bool }

func newShown() *shown { return &shown{seen: map[string]bool{}} }

func (s *shown) isNew(i debuginfo.Item) bool {
	file, line := i.Declared()
	key := fmt.Sprintf("%s:%d %v", file, line, i.IsFunction())
	if addr, ok := i.Addr(); ok {
		s.seen[key] = true
		key = fmt.Sprintf("%x", addr)
	} else if i.IsDeclaration() && len(s.seen) > 0 {
		return false
	}
	if i.IsType() {
		word := "type"
		if t := i.Type(); t != nil {
			word = t.String()
		}
		key = fmt.Sprintf("%s %s %d", key, word, i.Size())
	}
	isNew := !s.seen[key]
	s.seen[key] = true
	return isNew
}

// symbols answers with what only the symbol tables know.
func (q *inquiry) symbols(_ context.Context, name string) (bool, error) {
	ranges, err := q.prog.Resolve(name)
	if err != nil {
		return false, nil // an expression perhaps
	}
	for _, r := range ranges {
		q.document.say(q.location(r.Start))
	}
	return true, nil
}

// place answers with what is at an address, or at the addresses of a line.
func (q *inquiry) place(where string) error {
	ranges, err := q.prog.Resolve(where)
	if err != nil {
		return err
	}
	for _, r := range ranges {
		if !isLine(where) {
			if _, ok := q.prog.ObjectAt(r.Start); !ok {
				return core.Errorf(core.ErrNotFound, "%v is not an address of %s", nodes.Addr(r.Start), q.path)
			}
		}
		q.document.say(q.location(r.Start))
	}
	return nil
}
