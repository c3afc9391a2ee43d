package keeper
import ("testing";"time")
func TestTmp(t *testing.T) {
	p := sample(t, "threads")
	for range 150 {
		a := time.Now()
		x := open(t, nil, p.PID)
		b := time.Now()
		r, err := x.Hold(limited(t))
		if err != nil { t.Fatal(err) }
		c := time.Now()
		r()
		x.Close(); if time.Since(a) > 50*time.Millisecond {
		t.Log(b.Sub(a), c.Sub(b), time.Since(c)) }
	}
}
