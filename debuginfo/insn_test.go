package debuginfo

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/stackfs/stackfs/core"
)

// TestInsnLine is the golden of the format of docs/tree.md, 3.
func TestInsnLine(t *testing.T) {
	o := &Object{Name: "x", Start: 0x1000, End: 0x2000, module: newModule(&Image{symbols: func() *symbolTable {
		s := &symbolTable{pending: []byte("f\x00msg\x00"), syms: []symbol{{addr: 0x1000, size: 0x20, name: 0, nameSize: 1}, {addr: 0x1100, size: 16, name: 2, nameSize: 3}}}
		s.finish()
		return s
	}})}
	p := jit()
	p.objects = []*Object{o}
	code := []byte("\xf3\x0f\x1e\xfa\x55\x48\x89\xe5\x48\x8d\x3d\xf1\x00\x00\x00\xe8\xec\xff\xff\xff\x62\xf1\x7c\x48\x10\x07\xc3\x06\xe8\x00")
	list, err := p.Disassemble(context.Background(), core.Bytes{Addr: 0x1000, Data: code}, 0x1000, 0, 100)
	require.NoError(t, err)
	var lines []string
	for _, i := range list {
		lines = append(lines, i.String())
	}
	require.Equal(t, []string{
		"0x0000000000001000 <f>  f3 0f 1e fa  endbr64",
		"0x0000000000001004 <f+4>  55  push %rbp",
		"0x0000000000001005 <f+5>  48 89 e5  mov %rsp,%rbp",
		"0x0000000000001008 <f+8>  48 8d 3d f1 00 00 00  lea 0xf1(%rip),%rdi        # 0x1100 <msg>",
		"0x000000000000100f <f+15>  e8 ec ff ff ff  call 0x1000 <f>",
		"0x0000000000001014 <f+20>  62 f1 7c 48 10 07  ?",
		"0x000000000000101a <f+26>  c3  ret",
		"0x000000000000101b <f+27>  06  ?",
		"0x000000000000101c <f+28>  e8  ?",
		"0x000000000000101d <f+29>  00  ?",
	}, lines)
}

func TestDisassembleEnds(t *testing.T) {
	ctx := context.Background()
	nops := core.Bytes{Addr: 0x1000, Data: make([]byte, 10000)}
	for i := range nops.Data {
		nops.Data[i] = 0x90
	}
	for _, c := range []struct {
		start, end uint64
		max, want  int
	}{{0x1000, 0x1010, 100, 16}, {0x1000, 0x1010, 5, 5}, {0x1000, 0, 7, 7}, {0x1000 + 9990, 0, 100, 10}, {0x1000, 0x1000 + 9000, 1 << 20, 9000}} {
		list, err := jit().Disassemble(ctx, nops, c.start, c.end, c.max)
		require.NoError(t, err)
		require.Len(t, list, c.want)
	}
	_, err := jit().Disassemble(ctx, nops, 0x10, 0x20, 10)
	addr, isFault := core.IsFault(err)
	require.True(t, isFault)
	require.EqualValues(t, 0x10, addr)
}
