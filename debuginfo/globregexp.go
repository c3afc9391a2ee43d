package debuginfo

import (
	"regexp"
	"regexp/syntax"

	"github.com/stackfs/stackfs/core"
)

// compileRegexp makes what tells whether a regular expression matches anywhere in a
// name, and texts of which a name must have one.
func compileRegexp(text string) (match func(string) bool, needles []string, err error) {
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, nil, core.Errorf(core.ErrInvalid, "matching symbols: %w", err)
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, nil, core.Errorf(core.ErrInvalid, "matching symbols: %w", err)
	}
	return re.MatchString, needlesOf(tree.Simplify()), nil
}

// maxNeedles bounds the texts that are looked for before the expression is tried.
const maxNeedles = 16

// needlesOf gives texts of which whatever an expression matches has at least one;
// none: nothing is known. Looking for them takes less than trying the expression.
func needlesOf(x *syntax.Regexp) []string {
	switch x.Op {
	case syntax.OpLiteral:
		if x.Flags&syntax.FoldCase == 0 {
			return []string{string(x.Rune)}
		}
	case syntax.OpCapture, syntax.OpPlus:
		return needlesOf(x.Sub[0])
	case syntax.OpRepeat:
		if x.Min > 0 {
			return needlesOf(x.Sub[0])
		}
	case syntax.OpConcat:
		return bestNeedles(x.Sub)
	case syntax.OpAlternate:
		var all []string
		for _, s := range x.Sub {
			n := needlesOf(s)
			if len(n) == 0 || len(all)+len(n) > maxNeedles {
				return nil
			}
			all = append(all, n...)
		}
		return all
	}
	return nil
}

// bestNeedles takes those of the part whose shortest text is longest.
func bestNeedles(parts []*syntax.Regexp) (best []string) {
	longest := 0
	for _, p := range parts {
		n := needlesOf(p)
		if len(n) == 0 {
			continue
		}
		shortest := len(n[0])
		for _, s := range n {
			shortest = min(shortest, len(s))
		}
		if shortest > longest {
			best, longest = n, shortest
		}
	}
	return best
}
