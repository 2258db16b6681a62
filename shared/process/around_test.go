package process_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"webhookintake/shared/hook"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
)

// Around sees each run, and may keep a handler from running.
func TestAround(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("a", failing(errBank))
		w.on("b", nil)
		var seen []string
		w.worker.Around = func(m queue.Message, handler string, run func() error) error {
			if handler == "b" {
				return hook.Permanent(errors.New("not now"))
			}
			err := run()
			seen = append(seen, fmt.Sprint(m.ID, " ", handler, " ", err))
			return err
		}
		w.handle("evt_1", process.DeadLettered, true)
		w.wantCalls("a evt_1")
		if want := []string{"evt_1 a bank is closed"}; !slices.Equal(seen, want) {
			t.Errorf("seen %q, want %q", seen, want)
		}
		if f := w.letter(); f.Error != "a: bank is closed; b: not now" {
			t.Errorf("letter's error = %q", f.Error)
		}
	})
}
