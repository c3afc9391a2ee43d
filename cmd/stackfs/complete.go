package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stackfs/stackfs/nodes"
)

// completeCtl completes the words of a ctl line from the rows that make the file.
func (a app) completeCtl(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return nil, cobra.ShellCompDirectiveDefault // file names
	}
	commands := nodes.CommandWords(pathInMount(ctlFile(args[0])))
	words := a.nextWords(commands, args[1:])
	isOpen := func(w string) bool { return strings.HasSuffix(w, "=") && strings.HasPrefix(w, typed) }
	if slices.ContainsFunc(words, isOpen) { // a blank after KEY= would be in the way
		return words, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
	return words, cobra.ShellCompDirectiveNoFileComp
}

// completeAttach completes the start of a mount's --attach, which is one word to
// the shell.
func (a app) completeAttach(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var out []string
	for _, d := range a.drivers(nil) {
		start := d.Verb + " "
		if d.Verb == "attach" {
			start = d.Name + " "
		}
		out = append(out, start+"\t"+d.Doc)
	}
	return out, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// nextWords lists what may follow the words typed so far.
func (a app) nextWords(commands []nodes.Command, typed []string) []string {
	if len(typed) == 0 {
		var out []string
		for _, c := range commands {
			if len(a.forms(c)) > 0 {
				out = append(out, c.Word+"\t"+c.Doc)
			}
		}
		return out
	}
	i := slices.IndexFunc(commands, func(c nodes.Command) bool { return c.Word == typed[0] })
	if i < 0 {
		return nil
	}
	var out []string
	for _, form := range a.forms(commands[i]) {
		out = append(out, argumentWords(form.Args, typed[1:])...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// forms is what a command takes, of every driver there is.
func (a app) forms(c nodes.Command) []nodes.Form {
	if c.Forms == nil {
		return []nodes.Form{{Args: c.Args}}
	}
	return c.Forms(nodes.Place{Mount: nodes.NewMount(a.drivers(nil), version())})
}

// argumentWords reads a form such as `ptrace pid=N [follow=parent|child]`: words
// in lower case are themselves, KEY=VALUE gives KEY= or each KEY=CHOICE.
func argumentWords(form string, typed []string) []string {
	fields := strings.Fields(form)
	fixed := 0
	for fixed < len(fields) && isFixedWord(fields[fixed]) {
		if len(typed) <= fixed {
			return choices("", fields[fixed])
		}
		if !slices.Contains(choices("", fields[fixed]), typed[fixed]) {
			return nil
		}
		fixed++
	}
	var out []string
	for _, f := range fields[fixed:] {
		key, value, isOption := strings.Cut(strings.TrimRight(strings.Trim(f, "[]."), "]."), "=")
		switch {
		case key == "--":
			return append(out, "--")
		case slices.ContainsFunc(typed, func(t string) bool { return strings.HasPrefix(t, key+"=") || t == key }):
		case isOption:
			out = append(out, choices(key+"=", value)...)
		case isFixedWord(key):
			out = append(out, key)
		}
	}
	return out
}

func isFixedWord(f string) bool {
	return f != "" && f != "--" && !strings.ContainsAny(f, "=[]") && strings.ToLower(f) == f
}

// choices are the values `a|b` after a prefix; a value in capitals, or a number, is
// an example of what is to be typed.
func choices(prefix, value string) []string {
	if !isFixedWord(value) || strings.Trim(value, "0123456789") == "" {
		return []string{prefix}
	}
	var out []string
	for c := range strings.SplitSeq(value, "|") {
		out = append(out, prefix+c)
	}
	return out
}

// pathInMount is a file's path below the root of the mount it is in.
func pathInMount(file string) string {
	abs, err := filepath.Abs(file)
	if err != nil {
		return ""
	}
	for dir := filepath.Dir(abs); dir != "/"; dir = filepath.Dir(dir) {
		text, err := os.ReadFile(filepath.Join(dir, "version"))
		if err == nil && strings.HasPrefix(string(text), "stackfs ") {
			return strings.TrimPrefix(abs, dir+"/")
		}
	}
	return ""
}
