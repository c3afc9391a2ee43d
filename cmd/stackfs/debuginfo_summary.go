package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/stackfs/stackfs/debuginfo"
	"github.com/stackfs/stackfs/nodes"
)

// summary says what the file is and what debug info there is of it.
func (q *inquiry) summary(context.Context) error {
	if q.raw != nil {
		q.document.say(nodes.Fields{field("file", q.path), field("type", "BTF"), field("btf", countTypes(q.raw))})
		return nil
	}
	o := q.object
	img := o.Image()
	out := nodes.Fields{
		field("file", q.path), field("type", img.TypeName()), field("machine", img.MachineName()), field("build_id", known(o.BuildID)),
		field("symbols", int64(len(o.Symbols()))), field("debug", q.debugFile()),
	}
	if o.Alt != "" {
		out = append(out, field("alt", o.Alt))
	}
	out = append(out, q.dwarfFields()...)
	if btf, err := q.btf(); err == nil {
		out = append(out, field("btf", countTypes(btf)))
	}
	steps := nodes.Repeated{}
	for _, s := range o.Search {
		steps = append(steps, searchStep(s))
	}
	q.document.say(append(out, field("search", steps)))
	return nil
}

// countTypes is how many types have names.
func countTypes(btf btfTypes) (n int64) {
	for range btf.Names() {
		n++
	}
	return n
}

// debugFile is the file with the debug info, - where there is none.
func (q *inquiry) debugFile() any {
	switch {
	case q.object.Debug != "":
		return q.object.Debug
	case q.hasInfo():
		return q.path
	}
	return nodes.None
}

// dwarfFields count units, by version and language.
func (q *inquiry) dwarfFields() nodes.Fields {
	versions, languages, units := map[string]int{}, map[string]int{}, 0
	for u := range q.prog.Units() {
		units++
		versions[fmt.Sprint(u.Version)]++
		if name := u.LanguageName(); name != "" {
			languages[name]++
		}
	}
	if units == 0 {
		return nodes.Fields{field("dwarf", nodes.None)}
	}
	return nodes.Fields{field("dwarf", byNumber(versions)), field("units", int64(units)), field("languages", byNumber(languages))}
}

// byNumber is words with how often each is there, the most frequent first.
func byNumber(n map[string]int) string {
	words := make([]string, 0, len(n))
	for w := range n {
		words = append(words, w)
	}
	slices.SortFunc(words, func(a, b string) int { return cmp.Or(cmp.Compare(n[b], n[a]), cmp.Compare(a, b)) })
	if len(words) == 1 {
		return words[0]
	}
	for i, w := range words {
		words[i] = fmt.Sprintf("%s (%d)", w, n[w])
	}
	return strings.Join(words, ", ")
}

// searchStep is a place where debug info was looked for.
type searchStep debuginfo.SearchStep

// String is PATH: RESULT.
func (s searchStep) String() string { return s.Path + ": " + searchResult(debuginfo.SearchStep(s)) }

// MarshalJSON gives an object.
func (s searchStep) MarshalJSON() ([]byte, error) {
	return nodes.Fields{field("path", s.Path), field("result", searchResult(debuginfo.SearchStep(s)))}.MarshalJSON()
}
