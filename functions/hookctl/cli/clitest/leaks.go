package clitest

import (
	"testing"
	"time"

	"go.uber.org/goleak"
)

// NoLeaks fails the test if goroutines go on for a minute. On a busy machine those of closed
// connections end later than goleak itself waits, which is half a second.
func NoLeaks(t *testing.T) {
	t.Helper()
	began := time.Now()
	for err := goleak.Find(); err != nil; err = goleak.Find() {
		if time.Since(began) > time.Minute {
			t.Error(err)
			return
		}
	}
}
