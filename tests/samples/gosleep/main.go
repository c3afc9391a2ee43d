// Command gosleep has goroutines that wait in every way there is and a main that
// reads from its standard input.
package main

import (
	"os"
	"sync"
	"syscall"
	"time"
)

//go:noinline
func down(n int, wait func()) {
	if n == 0 {
		wait()
		return
	}
	down(n-1, wait)
}

func main() {
	var mu sync.Mutex
	mu.Lock()
	go down(3, mu.Lock)
	go down(4, func() { time.Sleep(time.Hour) })
	go down(5, func() { var b [1]byte; _, _ = syscall.Read(0, b[:]) })
	down(6, func() { var b [1]byte; _, _ = os.Stdin.Read(b[:]) })
}
