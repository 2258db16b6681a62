package memory_test

import (
	"errors"
	"fmt"
	"testing"

	"webhookintake/shared/queue"
	"webhookintake/shared/queue/memory"
)

var errLost = errors.New("lost")

// TestFault combines each call with each kind of fault.
func TestFault(t *testing.T) {
	t.Parallel()
	calls := map[string]struct {
		do   func(t *testing.T, q *memory.Queue, receipt string) error
		id   string // passed to Fault
		done memory.Counts
	}{
		"send": {
			do: func(t *testing.T, q *memory.Queue, _ string) error { return q.Send(t.Context(), event("evt_2"), 0) },
			id: "evt_2", done: memory.Counts{InFlight: 1, Visible: 2},
		},
		"receive": {
			do: func(t *testing.T, q *memory.Queue, _ string) error {
				got, err := q.Receive(t.Context(), 1, 0)
				if err != nil && got != nil {
					t.Errorf("received %v beside an error", got)
				}
				return err
			},
			done: memory.Counts{InFlight: 2},
		},
		"delete": {
			do: func(t *testing.T, q *memory.Queue, receipt string) error {
				return q.Delete(t.Context(), []string{receipt})[0]
			},
			id: "evt_1", done: memory.Counts{Visible: 1},
		},
		"defer": {
			do: func(t *testing.T, q *memory.Queue, receipt string) error {
				return q.Defer(t.Context(), []queue.Deferral{{Receipt: receipt}})[0]
			},
			id: "evt_1", done: memory.Counts{Visible: 2},
		},
	}
	start := memory.Counts{InFlight: 1, Visible: 1}
	for op, call := range calls {
		for _, apply := range []bool{true, false} {
			for _, fault := range []error{nil, errLost} {
				t.Run(fmt.Sprint(op, " ", apply, " ", fault), func(t *testing.T) {
					t.Parallel()
					var asked []string
					armed := false
					q := memory.New(memory.Options{Fault: func(op, id string) (bool, error) {
						if !armed {
							return true, nil
						}
						asked = append(asked, op+" "+id)
						return apply, fault
					}})
					send(t, q, "evt_1", "other")
					got, err := q.Receive(t.Context(), 1, 0)
					if err != nil || len(got) != 1 {
						t.Fatal(got, err)
					}
					armed = true
					if err := call.do(t, q, got[0].Wire.Receipt); !errors.Is(err, fault) {
						t.Errorf("error = %v, want %v", err, fault)
					}
					want := start
					if apply {
						want = call.done
					}
					wantCounts(t, q, want)
					if fmt.Sprint(asked) != fmt.Sprint([]string{op + " " + call.id}) {
						t.Errorf("Fault was asked %q", asked)
					}
				})
			}
		}
	}
}

func TestFaultMayUseTheQueue(t *testing.T) {
	t.Parallel()
	var q *memory.Queue
	q = memory.New(memory.Options{Fault: func(string, string) (bool, error) {
		q.Counts()
		return true, nil
	}})
	send(t, q, "evt_1")
	m := receive(t, q, "evt_1")[0]
	q.Defer(t.Context(), []queue.Deferral{{Receipt: m.Wire.Receipt}})
	q.Delete(t.Context(), []string{m.Wire.Receipt})
	wantCounts(t, q, memory.Counts{})
}
