// Command govalues has values of every kind of Go in functions that wait.
package main

import (
	"errors"
	"os"
	"time"
)

type point struct{ x, y int }

type shape interface{ area() int }

func (p point) area() int { return p.x * p.y }

type node struct {
	next  *node
	name  string
	data  []byte
	index map[string]int
	any   interface{}
	shape shape
	err   error
	done  chan int
	f     func(int) int
	array [3]point
	when  time.Duration
	c     complex128
	r     rune
	flag  bool
	small int8
	ratio float32
}

var (
	counter = 42
	title   = "a title"
	list    = &node{next: nil, done: nil, f: nil, name: "first", data: []byte{1, 2, 3}, index: map[string]int{"one": 1}, any: 7, shape: point{2, 3}, err: errors.New("bad"), c: 1 + 2i, r: 'é', flag: true, small: -1, ratio: 1.5, when: time.Second}
	names   = []string{"alpha", "beta"}
	matrix  = [2][2]float64{{1, 2}, {3, 4}}
	nothing *node
)

//go:noinline
func wait(n *node, p point, s string, b []byte, i int8, f float64, e interface{}) int {
	local := p.x + len(s)
	var buf [1]byte
	os.Stdout.WriteString("ready\n")
	os.Stdin.Read(buf[:])
	return local + int(buf[0]) + n.array[0].x + int(i) + int(f) + len(b)
}

//go:noinline
func (n *node) method(depth int) int {
	if depth > 0 {
		return n.method(depth-1) + 1
	}
	add := func(k int) int { return wait(n, point{k, 2}, n.name, n.data, -3, 2.5, n) + counter }
	return add(depth + 4)
}

func main() {
	println(list.method(3), title, names[0], matrix[0][0], nothing == nil)
}
