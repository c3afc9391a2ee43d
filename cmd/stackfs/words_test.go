package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/nodes"
)

func TestJoinedWordsSplitAgain(t *testing.T) {
	for _, words := range [][]string{
		{"stop"}, {"launch", "--", "/bin/echo", "a b", ""}, {"it's", `a"b`, `back\slash`, "tab\there"}, {"signal", "USR1"},
	} {
		got, err := splitWords(joinWords(words))
		require.NoError(t, err)
		assert.Equal(t, words, got)
	}
	_, err := splitWords("  ")
	assert.Error(t, err)
}

func TestLaunchStartsWhereTheUserIs(t *testing.T) {
	for _, c := range [][2]string{
		{"launch -- ./a", "launch 'cwd=/home/you there' -- ./a"},
		{"launch cwd=/x -- ./a", "launch cwd=/x -- ./a"},
		{"launch -- ./a cwd=/x", "launch 'cwd=/home/you there' -- ./a cwd=/x"},
		{"ptrace pid=1", "ptrace pid=1"},
		{"", ""},
	} {
		line, err := launchIn("/home/you there", c[0])
		require.NoError(t, err)
		assert.Equal(t, c[1], line)
		_, err = nodes.ParseWords(line)
		assert.NoError(t, err)
	}
}

func TestNewestFailureIsOursOrNone(t *testing.T) {
	log := "[1.0] ctl\n  stop now\n  ^^^^\n  No.\n[2.0] ctl\n  stpo\n  ^^^^\n  There is no command \"stpo\".\n  hint: did you mean stop?\n"
	want := "  stpo\n  ^^^^\n  There is no command \"stpo\".\n  hint: did you mean stop?"
	assert.Equal(t, want, newestFailure(log, "stpo"))
	assert.Equal(t, "", newestFailure(log, "stop now"), "an older entry is somebody else's by now")
	assert.Equal(t, "", newestFailure("", "stpo"))
}

func TestArgumentWords(t *testing.T) {
	const attach = "ptrace pid=1234 [follow=parent|child] [name=NAME] [ro]"
	assert.Equal(t, []string{"ptrace"}, argumentWords(attach, nil))
	assert.Equal(t, []string{"pid=", "follow=parent", "follow=child", "name=", "ro"}, argumentWords(attach, []string{"ptrace"}))
	assert.Equal(t, []string{"follow=parent", "follow=child", "name="}, argumentWords(attach, []string{"ptrace", "ro", "pid=7"}))
	assert.Nil(t, argumentWords(attach, []string{"qemu"}))
	assert.Equal(t, []string{"stopped", "exited"}, argumentWords("stopped|exited", nil))
	assert.Nil(t, argumentWords("stopped|exited", []string{"stopped"}))
	assert.Nil(t, argumentWords("NAME [TID]", nil))
	assert.Equal(t, []string{"stop", "cwd=", "--"}, argumentWords("[stop] [cwd=DIR]... -- /path/prog arg...", nil))
}

func TestPlainText(t *testing.T) {
	page := "# The tree\n\n## `MOUNT/`\n\n| file | mode | what it is |\n|---|---|---|\n| `a` `a.json` | 0400 | x \\| y |\n\n```\nstop\n```\n"
	want := "The tree\n\nMOUNT/\n\na a.json                         0400  x | y\n\n    stop\n"
	assert.Equal(t, want, plainText(page))
}
