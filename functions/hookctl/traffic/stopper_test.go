package traffic

import (
	"testing"
	"time"
)

// TestStopper goes through the answers to tries, a second apart: + is one of 2xx.
func TestStopper(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		stopper stopper
		answers string
		want    string // after each answer: s where it is stopped
	}{
		{"after three failures in a row", stopper{after: 3, length: time.Hour}, "--+---+", ".....ss"},
		{"for its time", stopper{after: 2, length: 2 * time.Second}, "------", ".ss.ss"},
		{"never", stopper{length: time.Hour}, "-----", "....."},
	} {
		now := time.Now()
		got := ""
		for _, answer := range tt.answers {
			now = now.Add(time.Second)
			tt.stopper.tried(now, answer == '+')
			if tt.stopper.stopped(now) {
				got += "s"
			} else {
				got += "."
			}
		}
		if got != tt.want {
			t.Errorf("%s: after %s it is %s, want %s", tt.name, tt.answers, got, tt.want)
		}
	}
}
