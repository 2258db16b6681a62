package letters_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"webhookintake/functions/hookctl/letters"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
)

// claim claims evt_1 in the ledger, as a worker does that dies or fails afterwards.
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
	w.bury(letter("evt_1", reason))
}

// unmarked is a letter that SQS moved.
func unmarked() queue.Message { return message("evt_1") }

// Each is planned, then sent back and worked off: what runs is what the plan said, and so
// is what does not. The handlers are note and charge, and reply, which runs at most once.
func TestPlanComesTrue(t *testing.T) {
	t.Parallel()
	all := []string{"note", "charge", "reply"}
	for _, tt := range []struct {
		name  string
		set   func(w *world)
		fate  letters.Fate
		run   []string
		text  string
		after []process.Outcome
	}{
		{
			"nothing is done", func(w *world) { w.fail(queue.ReasonPermanent, nil, nil) },
			letters.FateRun, all, "runs note, charge, reply", handled,
		},
		{
			"some is done", func(w *world) { w.fail(queue.ReasonPermanent, []string{"note", "reply"}, []string{"reply"}) },
			letters.FateRun, []string{"charge"}, "runs charge; done: note, reply", handled,
		},
		{
			"all is done", func(w *world) { w.fail(queue.ReasonPermanent, all, nil) },
			letters.FateRun, nil, "done: note, charge, reply", handled,
		},
		{
			"at most once, and failed for good", func(w *world) { w.fail(queue.ReasonPermanent, []string{"note", "charge"}, []string{"reply"}) },
			letters.FateRun, []string{"reply"}, "runs reply; done: note, charge", handled,
		},
		{
			"taken as done", func(w *world) {
				w.desk.Planner.AssumeDone = []string{"reply", "charge"}
				w.fail(queue.ReasonOutcomeUnknown, nil, []string{"reply"})
			},
			letters.FateRun, []string{"note"}, "runs note; done: charge, reply", handled,
		},
		{
			"to be run again", func(w *world) {
				w.desk.Planner.RunAgain = true
				w.fail(queue.ReasonOutcomeUnknown, []string{"note", "charge"}, []string{"reply"})
			},
			letters.FateRun, []string{"reply"}, "runs reply; done: note, charge; reply may act a second time", handled,
		},
		{
			"the ledger does not know it", func(w *world) {
				w.desk.Planner.RunAgain = true
				w.bury(letter("evt_1", queue.ReasonAttempts))
			},
			letters.FateRun, all, "runs note, charge, reply; reply may act a second time; the ledger does not know the event", handled,
		},
		{
			"redriven before", func(w *world) {
				w.fail(queue.ReasonPermanent, nil, nil)
				w.send(letter("evt_1", queue.ReasonPermanent))
				w.work()
				w.calls = nil
			},
			letters.FateDuplicate, nil, "nothing runs: the event is COMPLETED, so the letter is dropped as a duplicate", duplicate,
		},
		{
			"somebody works on it", func(w *world) { w.claim(time.Minute); w.bury(unmarked()) },
			letters.FateWait, nil, "waits: the event is CLAIMED until 2000-01-01 00:01:00Z", []process.Outcome{process.InProgress},
		},
		{
			"moved by SQS, never begun", func(w *world) { w.bury(unmarked()) },
			letters.FateRun, all, "runs note, charge, reply; the ledger does not know the event", handled,
		},
		{
			"moved by SQS, after a crash", func(w *world) {
				w.claim(time.Minute, "reply")
				time.Sleep(time.Hour)
				w.bury(unmarked())
			},
			letters.FateRun, []string{"note", "charge"},
			"runs note, charge; reply began and is not repeated, so it comes back here as outcome_unknown", died,
		},
		{
			"moved by SQS, to be given up", func(w *world) {
				c := w.claim(time.Minute)
				w.end(ledger.End{Claim: c, State: ledger.StateReleased, Ran: true, Counted: true, Reason: string(queue.ReasonPermanent)})
				w.bury(unmarked())
			},
			letters.FateDead, nil, "nothing runs: the event is RELEASED, and comes back here", died,
		},
		{
			"moved by SQS, after the last try", func(w *world) {
				for range process.MaxAttempts {
					c := w.claim(time.Minute)
					w.end(ledger.End{Claim: c, State: ledger.StateReleased, Ran: true, Counted: true})
				}
				w.bury(unmarked())
			},
			letters.FateDead, nil, "nothing runs: the event is RELEASED, and comes back here", died,
		},
		{
			"expired", func(w *world) { w.fail(queue.ReasonExpired, []string{"note"}, nil); time.Sleep(9 * 24 * time.Hour) },
			letters.FateRun, []string{"charge", "reply"}, "runs charge, reply; done: note", handled,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(w *world) {
				w.on("note")
				w.on("charge")
				w.on("reply", hook.AtMostOnce)
				tt.set(w)
				plan := w.plans(letters.Filter{})[0]
				if plan.Fate != tt.fate || !slices.Equal(plan.Run, tt.run) || plan.Text() != tt.text {
					t.Errorf("plan: %s, runs %q: %s\nwant  %s, runs %q: %s", plan.Fate, plan.Run, plan.Text(), tt.fate, tt.run, tt.text)
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
		}, letters.ErrConflict, "refused: another body came under the same event id: its sha256 is c0744c35fdea, that of the record f78bef68df1a"},
		{"conflict, and the record is gone", func(w *world) { w.bury(letter("evt_1", queue.ReasonConflict)) },
			letters.ErrConflict, "refused: another body came under the same event id"},
		{"another body has the record now", func(w *world) {
			w.fail(queue.ReasonPermanent, nil, nil)
			ms, _ := w.dead.Receive(w.Context(), 1, 0)
			w.dead.Delete(w.Context(), []string{ms[0].Wire.Receipt})
			ms[0].Raw = []byte(`{}`)
			w.bury(ms[0])
		}, letters.ErrConflict, ""},
		{"unreadable", func(w *world) {
			if err := w.queue.Put(queue.Wire{Body: "hello", Attributes: map[string]string{"source": "texts"}}, 0); err != nil {
				w.Fatal(err)
			}
			w.work()
		}, letters.ErrUnreadable, "refused: it is no message of ours, and does not become one by being sent back"},
		{"taken as done, and no failure to say it in", func(w *world) {
			w.desk.Planner.AssumeDone = []string{"note"}
			w.bury(unmarked())
		}, letters.ErrNotTold, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(w *world) {
				w.on("note")
				tt.set(w)
				w.calls = nil
				w.desk.Planner.RunAgain = true // which does not help
				plan := w.plans(letters.Filter{})[0]
				if !errors.Is(plan.Why, tt.want) || tt.text != "" && plan.Text() != tt.text {
					t.Errorf("plan: %s; want %v\n%s", plan.Text(), tt.want, tt.text)
				}
				var tally letters.Tally
				if err := w.desk.Redrive(w.Context(), []letters.Plan{plan}, tally.Add); err != nil || tally != (letters.Tally{Refused: 1}) || tally.Err() == nil {
					t.Errorf("Redrive = %v, %+v", err, tally)
				}
				w.wantVisible(1)
				w.wantWork(nil)
			})
		})
	}
}

// Of two copies of a letter one runs, and the plan says so; another arrival of the event
// is no copy.
func TestCopies(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.on("note")
		w.fail(queue.ReasonPermanent, nil, nil)
		first := letter("evt_1", queue.ReasonPermanent)
		w.bury(first, letter("evt_2", queue.ReasonPermanent))
		later := letter("evt_2", queue.ReasonPermanent)
		later.Received = later.Received.Add(time.Hour)
		w.bury(later)

		const copied = "nothing runs: it is a copy of a letter before it, so it is dropped as a duplicate"
		var texts []string
		for _, plan := range w.plans(letters.Filter{}) {
			texts = append(texts, plan.Letter.ID+" "+plan.Text())
		}
		unknown := "runs note; the ledger does not know the event"
		if want := []string{"evt_1 runs note", "evt_1 " + copied, "evt_2 " + unknown, "evt_2 " + unknown}; !slices.Equal(texts, want) {
			t.Errorf("plans %q, want %q", texts, want)
		}
		shown, err := w.desk.Examine(w.Context(), "evt_1")
		if err != nil || len(shown) != 2 || shown[1].Text() != copied {
			t.Errorf("Examine = %v, %v", shown, err)
		}
		if err := w.desk.Redrive(w.Context(), shown, func(letters.Result) {}); err != nil {
			t.Fatal(err)
		}
		w.work()
		w.work()
		w.wantCalls("note evt_1")
		w.wantVisible(2)
	})
}

// What is registered only with settings that are not known here is marked.
func TestUnsure(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.on("note")
		sure := w.registry
		w.on("charge")
		w.desk.Planner.Handlers.Sure = &sure
		w.bury(letter("evt_1", queue.ReasonPermanent))
		plan := w.plans(letters.Filter{})[0]
		if !slices.Equal(plan.Unsure, []string{"charge"}) || plan.Text() != "runs note, charge?; the ledger does not know the event" {
			t.Errorf("unsure %q: %s", plan.Unsure, plan.Text())
		}
	})
}

// A misspelt handler is found before anything is sent.
func TestUnheeded(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.on("note")
		w.desk.Planner.AssumeDone = []string{"note", "nota", "gone"}
		w.fail(queue.ReasonOutcomeUnknown, nil, []string{"gone"})
		if got := w.desk.Planner.Unheeded(w.plans(letters.Filter{})); !slices.Equal(got, []string{"nota"}) {
			t.Errorf("Unheeded = %q, want nota", got)
		}
	})
}
