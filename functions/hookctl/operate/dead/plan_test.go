package dead_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"webhookintake/functions/hookctl/operate/dead"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
)

// claim claims evt_1 in the ledger, as a worker that dies or fails afterwards.
func (w *world) claim(lease time.Duration, started ...string) ledger.Claim {
	w.Helper()
	r := process.RequestFor(message("evt_1"), true)
	r.Owner, r.At, r.Lease = "dead", time.Now(), time.Now().Add(lease)
	claim := w.ledger.Claim(w.Context(), []ledger.Request{r})[0].Claim
	for _, name := range started {
		if err := w.ledger.Start(w.Context(), claim, name); err != nil {
			w.Fatal(err)
		}
	}
	return claim
}

func (w *world) end(e ledger.End) {
	w.Helper()
	e.At = time.Now()
	if err := w.ledger.End(w.Context(), []ledger.End{e})[0]; err != nil {
		w.Fatal(err)
	}
}

// fail ends the claim of evt_1 as failed, and puts its letter.
func (w *world) fail(reason queue.Reason, done, started []string) {
	w.Helper()
	c := w.claim(time.Minute, started...)
	w.end(ledger.End{Claim: c, State: ledger.StateFailed, Reason: string(reason), Ran: true, Done: done, Started: started})
	w.deadLetter(letter("evt_1", reason))
}

// unmarked returns a letter that SQS itself moved.
func unmarked() queue.Message { return message("evt_1") }

// tried tries the event n times, each time without success.
func (w *world) tried(n int) {
	for range n {
		w.end(ledger.End{Claim: w.claim(time.Minute), State: ledger.StateReleased, Ran: true, Counted: true})
	}
}

// TestPlanComesTrue plans a letter, redrives it, and wants the worker to run what the plan
// said. The handlers are note and charge, and reply, which runs at most once.
func TestPlanComesTrue(t *testing.T) {
	t.Parallel()
	all := []string{"note", "charge", "reply"}
	for _, tt := range []struct {
		name  string
		set   func(w *world)
		fate  dead.Fate
		run   []string
		text  string
		after []process.Outcome
	}{
		{
			"nothing is done", func(w *world) { w.fail(queue.ReasonPermanent, nil, nil) },
			dead.FateRun, all, "runs note, charge, reply", handled,
		},
		{
			"some is done", func(w *world) { w.fail(queue.ReasonPermanent, []string{"note", "reply"}, []string{"reply"}) },
			dead.FateRun, []string{"charge"}, "runs charge; done: note, reply", handled,
		},
		{
			"all is done", func(w *world) { w.fail(queue.ReasonPermanent, all, nil) },
			dead.FateRun, nil, "done: note, charge, reply", handled,
		},
		{
			"at most once, and failed for good", func(w *world) { w.fail(queue.ReasonPermanent, []string{"note", "charge"}, []string{"reply"}) },
			dead.FateRun, []string{"reply"}, "runs reply; done: note, charge", handled,
		},
		{
			"taken as done", func(w *world) {
				w.client.Planner.AssumeDone = []string{"reply", "charge"}
				w.fail(queue.ReasonOutcomeUnknown, nil, []string{"reply"})
			},
			dead.FateRun, []string{"note"}, "runs note; done: charge, reply", handled,
		},
		{
			"run again", func(w *world) {
				w.client.Planner.RunAgain = true
				w.fail(queue.ReasonOutcomeUnknown, []string{"note", "charge"}, []string{"reply"})
			},
			dead.FateRun, []string{"reply"}, "runs reply; done: note, charge; reply may act a second time", handled,
		},
		{
			"no record", func(w *world) {
				w.client.Planner.RunAgain = true
				w.deadLetter(letter("evt_1", queue.ReasonAttempts))
			},
			dead.FateRun, all, "runs note, charge, reply; reply may act a second time; the ledger has no record of the event", handled,
		},
		{
			"redriven before", func(w *world) {
				w.fail(queue.ReasonPermanent, nil, nil)
				w.send(letter("evt_1", queue.ReasonPermanent))
				w.work()
				w.calls = nil
			},
			dead.FateDuplicate, nil, "nothing runs: the event is COMPLETED, and the letter is dropped as a duplicate", duplicate,
		},
		{
			"being handled", func(w *world) { w.claim(time.Minute); w.deadLetter(unmarked()) },
			dead.FateWait, nil, "waits: the event is CLAIMED until 00:01:00", []process.Outcome{process.InProgress},
		},
		{
			"moved by SQS, never begun", func(w *world) { w.deadLetter(unmarked()) },
			dead.FateRun, all, "runs note, charge, reply; the ledger has no record of the event", handled,
		},
		{
			"moved by SQS, after a crash", func(w *world) {
				w.claim(time.Minute, "reply")
				time.Sleep(time.Hour)
				w.deadLetter(unmarked())
			},
			dead.FateRun, []string{"note", "charge"},
			"runs note, charge; reply began and is not repeated, so the event comes back here as outcome_unknown", died,
		},
		{
			"moved by SQS, to be given up", func(w *world) {
				c := w.claim(time.Minute)
				w.end(ledger.End{Claim: c, State: ledger.StateReleased, Ran: true, Counted: true, Reason: string(queue.ReasonPermanent)})
				w.deadLetter(unmarked())
			},
			dead.FateDead, nil, "nothing runs: the event is RELEASED, and comes back here", died,
		},
		{
			"comes after one that is not repeated", func(w *world) {
				w.on("receipt", hook.After("reply"))
				w.claim(time.Minute, "reply")
				time.Sleep(time.Hour)
				w.deadLetter(unmarked())
			},
			dead.FateRun, []string{"note", "charge"},
			"runs note, charge; reply began and is not repeated, so the event comes back here as outcome_unknown", died,
		},
		{
			"moved by SQS, after the last try", func(w *world) { w.tried(process.MaxAttempts); w.deadLetter(unmarked()) },
			dead.FateDead, nil, "nothing runs: the event is RELEASED, and comes back here", died,
		},
		{
			"moved by SQS, with tries left", func(w *world) {
				w.on("patient", hook.Attempts(20))
				w.tried(process.MaxAttempts)
				w.deadLetter(unmarked())
			},
			dead.FateRun, append(slices.Clip(all), "patient"), "runs note, charge, reply, patient", handled,
		},
		{
			"expired", func(w *world) { w.fail(queue.ReasonExpired, []string{"note"}, nil); time.Sleep(9 * 24 * time.Hour) },
			dead.FateRun, []string{"charge", "reply"}, "runs charge, reply; done: note", handled,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(w *world) {
				w.on("note")
				w.on("charge")
				w.on("reply", hook.AtMostOnce)
				tt.set(w)
				plan := w.plans(dead.Filter{})[0]
				if plan.Fate != tt.fate || !slices.Equal(plan.Run, tt.run) || plan.Text(clock) != tt.text {
					t.Errorf("plan: %s, runs %q: %s\nwant  %s, runs %q: %s", plan.Fate, plan.Run, plan.Text(clock), tt.fate, tt.run, tt.text)
				}
				w.wantRedriven("evt_1 redriven")
				var calls []string
				for _, name := range tt.run {
					calls = append(calls, name+" evt_1")
				}
				w.wantWork(tt.after, calls...)
			})
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		set  func(w *world)
		want error
		text string
	}{
		{"conflict", func(w *world) {
			w.send(message("evt_1"))
			w.work()
			other := message("evt_1")
			other.Raw = []byte(`{"id":"evt_1","other":true}`)
			w.send(other)
			w.work()
		}, dead.ErrConflict, "refused: another body arrived with the same event id: its hash is c0744c35fdea, the record's is f78bef68df1a"},
		{"conflict, and the record is gone", func(w *world) { w.deadLetter(letter("evt_1", queue.ReasonConflict)) },
			dead.ErrConflict, "refused: another body arrived with the same event id"},
		{"another body has the record now", func(w *world) {
			w.fail(queue.ReasonPermanent, nil, nil)
			ms, _ := w.dead.Receive(w.Context(), 1, 0)
			w.dead.Delete(w.Context(), []string{ms[0].Wire.Receipt})
			ms[0].Raw = []byte(`{}`)
			w.deadLetter(ms[0])
		}, dead.ErrConflict, ""},
		{"unreadable", func(w *world) {
			if err := w.queue.Put(queue.Wire{Body: "hello", Attributes: map[string]string{"source": "texts"}}, 0); err != nil {
				w.Fatal(err)
			}
			w.work()
		}, dead.ErrUnreadable, "refused: it is not a message of the intake, and sending it back does not change that"},
		{"taken as done, without a failure attribute", func(w *world) {
			w.client.Planner.AssumeDone = []string{"note"}
			w.deadLetter(unmarked())
		}, dead.ErrNoFailure, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(w *world) {
				w.on("note")
				tt.set(w)
				w.calls = nil
				w.client.Planner.RunAgain = true // which does not help
				plan := w.plans(dead.Filter{})[0]
				if !errors.Is(plan.Why, tt.want) || tt.text != "" && plan.Text(clock) != tt.text {
					t.Errorf("plan: %s; want %v\n%s", plan.Text(clock), tt.want, tt.text)
				}
				var tally dead.Tally
				if err := w.client.Redrive(w.Context(), []dead.Plan{plan}, tally.Add); err != nil || tally != (dead.Tally{Refused: 1}) || tally.Err() == nil {
					t.Errorf("Redrive = %v, %+v", err, tally)
				}
				w.wantVisible(1)
				w.wantWork(nil)
			})
		})
	}
}

// TestUnsure wants handlers marked that need settings which are not known here.
func TestUnsure(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.on("note")
		sure := w.registry
		w.on("charge")
		w.client.Planner.Handlers.Certain = &sure
		w.deadLetter(letter("evt_1", queue.ReasonPermanent))
		plan := w.plans(dead.Filter{})[0]
		if !slices.Equal(plan.RunIfSet, []string{"charge"}) || plan.Text(clock) != "runs note, charge?; the ledger has no record of the event" {
			t.Errorf("uncertain %q: %s", plan.RunIfSet, plan.Text(clock))
		}
	})
}

// TestUnmatched finds a misspelt handler before anything is sent.
func TestUnmatched(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.on("note")
		w.client.Planner.AssumeDone = []string{"note", "nota", "gone"}
		w.fail(queue.ReasonOutcomeUnknown, nil, []string{"gone"})
		if got := w.client.Planner.Unmatched(w.plans(dead.Filter{})); !slices.Equal(got, []string{"nota"}) {
			t.Errorf("Unmatched = %q, want nota", got)
		}
	})
}
