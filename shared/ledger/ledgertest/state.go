package ledgertest

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/webhook"
)

const (
	promiseMoved     = "ErrStateMoved if tx moves a state that is no longer at its version;"
	promiseFirst     = "If several apply, it returns the first, or ErrWrites."
	promiseTwice     = "If the handler is already done, none of them applies: committing twice is no error and applies once."
	promiseReads     = "States reads the states that handlers move."
	promiseMoves     = "Stores keep them beside the records; Commit moves them."
	promiseGet       = "GetState returns a state as it was last committed, or the zero Version if there is no state."
	promiseForgotten = "An expired state is still returned: the caller treats it as absent, and moves it from the version returned."
)

// moving returns a transaction that moves the state to text, with text as the result.
func moving(id string, version int64, text string) ledger.Tx {
	raw, _ := json.Marshal(text)
	return ledger.Tx{
		State:  &ledger.StateChange{ID: id, Version: version, JSON: raw, At: start()},
		Result: raw,
	}
}

// first is the version of a state that is first moved at start.
func first() int64 { return start().UnixMilli() }

// wantState checks a state; an empty text means that there is no state.
func (b *bench) wantState(id string, version int64, text string) ledger.StateValue {
	b.Helper()
	got, err := b.Store.GetState(b.Context(), id)
	b.wantError("GetState", err, nil)
	var found string
	if got.JSON != nil {
		if err := json.Unmarshal(got.JSON, &found); err != nil {
			b.Fatalf("state %s is %s: %v", id, got.JSON, err)
		}
	}
	b.wantEqual("state "+id, []any{got.Version, found}, []any{version, text})
	return got
}

func results(handlerAndText ...string) ledger.Results {
	var rs ledger.Results
	for i := 0; i < len(handlerAndText); i += 2 {
		raw, _ := json.Marshal(handlerAndText[i+1])
		rs = rs.With(handlerAndText[i], raw)
	}
	return rs
}

func stateCases() []testCase {
	return []testCase{
		{"StateOfNone", promiseGet, func(b *bench) { b.wantState("s1", 0, "") }},
		{"StateMoves", promiseMoves, func(b *bench) {
			c := b.claim("a#1", bornExpired)
			b.wantError("Commit", b.Store.Commit(b.Context(), c, "h1", moving("s1", 0, "one")), nil)
			b.wantState("s1", first(), "one")
			b.wantError("Commit", b.Store.Commit(b.Context(), c, "h2", moving("s1", first(), "two three")), nil)
			b.wantState("s1", first()+1, "two three")
			b.wantState("s2", 0, "")
			want := results("h1", "one", "h2", "two three")
			b.wantEqual("results", b.record("a#1").Results, want)
			b.wantEqual("results, for who comes next", b.claim("a#1").Results, want)
			if _, ok := b.Record(b.T, "s1"); ok {
				b.Error("the state became a record")
			}
		}},
		{"StateOfAnotherEvent", promiseReads, func(b *bench) {
			b.wantError("Commit", b.Store.Commit(b.Context(), b.claim("a#1"), "h", moving("s1", 0, "one")), nil)
			v := b.wantState("s1", first(), "one").Version
			c := b.claim("a#2")
			b.wantError("Commit", b.Store.Commit(b.Context(), c, "h", moving("s1", v, "two")), nil)
			b.wantState("s1", v+1, "two")
			b.wantEqual("results", b.record("a#1").Results, results("h", "one"))
		}},
		{"StateAlone", promiseBoth, func(b *bench) {
			tx := moving("s1", 0, "one")
			tx.Result = nil
			b.wantError("Commit", b.Store.Commit(b.Context(), b.claim("a#1"), "h", tx), nil)
			b.wantState("s1", first(), "one")
			b.wantEqual("results", b.record("a#1").Results, ledger.Results(nil))
		}},
		{"ResultAlone", promiseBoth, func(b *bench) {
			b.wantError("Commit", b.Store.Commit(b.Context(), b.claim("a#1"), "h", ledger.Tx{Result: json.RawMessage(`{"a b":1}`)}), nil)
			b.wantEqual("results", b.record("a#1").Results, ledger.Results{"h": json.RawMessage(`{"a b":1}`)})
		}},
		{"StateMoved", promiseMoved, func(b *bench) {
			c := b.claim("a#1")
			for _, version := range []int64{1, first()} {
				b.wantError("Commit on none", b.Store.Commit(b.Context(), c, "h", moving("s1", version, "one")), ledger.ErrStateMoved)
			}
			b.wantState("s1", 0, "")
			b.wantError("Commit", b.Store.Commit(b.Context(), b.claim("a#2"), "h", moving("s1", 0, "two")), nil)
			was := b.record("a#1")
			tx := moving("s1", 0, "three")
			tx.Writes = b.counting().Writes
			for _, version := range []int64{0, first() - 1, first() + 1} {
				tx.State.Version = version
				b.wantError(fmt.Sprint("Commit on version ", version), b.Store.Commit(b.Context(), c, "h", tx), ledger.ErrStateMoved)
			}
			b.wantState("s1", first(), "two")
			b.wantUnchanged("a#1", was)
			b.wantCounted(0)
		}},
		{"StateFenced", "It returns ErrFenced;", func(b *bench) {
			wantFenced(b, func(c ledger.Claim) error { return b.Store.Commit(b.Context(), c, "h", moving("s1", 0, "one")) })
			b.wantState("s1", 0, "")
		}},
		{"StateExpires", promiseForgotten, stateExpires},
		{"StateTwice", promiseTwice, func(b *bench) {
			c := b.claim("a#1")
			tx := moving("s1", 0, "one")
			b.wantError("Commit", b.Store.Commit(b.Context(), c, "h", tx), nil)
			// Its reply was lost, and another event moves the state before the second try.
			b.wantError("Commit", b.Store.Commit(b.Context(), b.claim("a#2"), "h", moving("s1", first(), "two")), nil)
			b.wantError("Commit again", b.Store.Commit(b.Context(), c, "h", tx), nil)
			b.wantState("s1", first()+1, "two")
			b.mustEnd(c, ledger.StateCompleted)
			b.wantError("Commit after the end", b.Store.Commit(b.Context(), c, "h", tx), nil)
			b.wantEqual("results", b.record("a#1").Results, results("h", "one"))
		}},
		{"ReplayClearsResults", rowReplay, func(b *bench) {
			c := b.claim("a#1")
			for i, handler := range []string{"h1", "h2", "h3"} {
				b.wantError("Commit", b.Store.Commit(b.Context(), c, handler, moving(fmt.Sprint("s", i), 0, handler)), nil)
			}
			for _, replay := range []struct {
				handlers []string
				want     ledger.Results
			}{
				{[]string{"h2"}, results("h1", "h1", "h3", "h3")},
				{[]string{"h1", "h3"}, nil},
			} {
				c.Done = b.record("a#1").Done
				b.mustEnd(c, ledger.StateCompleted)
				c = b.claim("a#1", func(r *ledger.Request) {
					r.Reopen = &ledger.Reopen{Fence: c.Fence, Act: ledger.Replay, Handlers: replay.handlers}
				})
				b.wantEqual("results", b.record("a#1").Results, replay.want)
				b.wantEqual("results of the claim", c.Results, replay.want)
			}
			b.wantState("s1", first(), "h2")
		}},
		{"FirstOfSeveral", promiseFirst, firstOfSeveral},
		{"RaceForAState", promiseLinear, raceForState},
	}
}

// stateExpires lets a state expire, in two stages: past its time it still exists and may be
// moved; once the table has dropped it, its version never comes back.
func stateExpires(b *bench) {
	tx := moving("s1", 0, "one")
	tx.State.Expires = start().Add(time.Hour + time.Millisecond)
	b.wantError("Commit", b.Store.Commit(b.Context(), b.claim("a#1"), "h", tx), nil)
	got := b.wantState("s1", first(), "one")
	b.wantEqual("expires", got.Expires, start().Add(time.Hour))
	b.wantEqual("until then", string(got.Current(start().Add(time.Hour-time.Nanosecond))), `"one"`)
	b.wantEqual("from then on", got.Current(start().Add(time.Hour)), json.RawMessage(nil))

	late := moving("s1", 0, "two")
	late.State.At = start().Add(2 * time.Hour)
	b.wantError("Commit on none", b.Store.Commit(b.Context(), b.claim("a#2"), "h", late), ledger.ErrStateMoved)
	late.State.Version = got.Version
	b.wantError("Commit", b.Store.Commit(b.Context(), b.claim("a#3"), "h", late), nil)
	got = b.wantState("s1", first()+1, "two")
	b.wantEqual("expires", got.Expires, time.Time{})

	b.Drop(b.T, "s1")
	b.wantState("s1", 0, "")
	b.wantError("Commit of one who read it before", b.Store.Commit(b.Context(), b.claim("a#4"), "h", moving("s1", got.Version, "three")), ledger.ErrStateMoved)
	again := moving("s1", 0, "four")
	again.State.At = start().Add(3 * time.Hour)
	b.wantError("Commit", b.Store.Commit(b.Context(), b.claim("a#5"), "h", again), nil)
	b.wantState("s1", start().Add(3*time.Hour).UnixMilli(), "four")
	b.wantError("Commit of one who read it before", b.Store.Commit(b.Context(), b.claim("a#6"), "h", moving("s1", got.Version, "five")), ledger.ErrStateMoved)
}

// firstOfSeveral breaks more and more parts of one transaction, from the last to the first.
func firstOfSeveral(b *bench) {
	entity := ledger.Entity{Handler: "h", Name: "e"}
	setup := moving("s1", 0, "one")
	setup.Entity, setup.At = entity, start()
	b.wantError("Commit", b.Store.Commit(b.Context(), b.claim("a#0"), "h", setup), nil)
	c := b.claim("a#1")
	tx := moving("s1", first(), "two")
	tx.Entity, tx.At = entity, start()
	tx.Writes = []webhook.Write{webhook.Put(b.Table, id("good"), nil).IfEquals("id", webhook.S("good"))}
	commit := func(want error) {
		b.Helper()
		b.wantError("Commit", b.Store.Commit(b.Context(), c, "h", tx), want)
	}
	commit(webhook.ErrCondition)
	tx.State.Version++
	commit(ledger.ErrStateMoved)
	tx.At = start().Add(-time.Second)
	commit(ledger.ErrStale)
	b.mustEnd(c, ledger.StateReleased, after(0))
	commit(ledger.ErrFenced)
	b.wantState("s1", first(), "one")
	b.wantItem("good", nil)
}

// raceForState lets rivals move one state at once, each until it succeeds: every move is
// applied once, and each builds on the one before.
func raceForState(b *bench) {
	var claims []ledger.Claim
	for i := range rivals {
		claims = append(claims, b.claim(fmt.Sprint("a#", i)))
	}
	var mu sync.Mutex
	seen := map[int64]string{}
	together(func(i int) {
		for range 50 * rivals {
			found, err := b.Store.GetState(b.Context(), "s1")
			if err != nil {
				b.Errorf("GetState: %v", err)
				return
			}
			tx := ledger.Tx{State: &ledger.StateChange{
				ID: "s1", Version: found.Version, At: start(), JSON: fmt.Appendf(nil, `"%s%d"`, trimmed(found.JSON), i),
			}}
			// An error that is not named is a conflict of two requests, and may be retried.
			if err := b.Store.Commit(b.Context(), claims[i], "h", tx); err == nil {
				mu.Lock()
				seen[tx.State.Next()] = string(tx.State.JSON)
				mu.Unlock()
				return
			}
		}
		b.Errorf("rival %d never moved the state", i)
	})
	found, err := b.Store.GetState(b.Context(), "s1")
	b.wantError("GetState", err, nil)
	b.wantEqual("versions", []any{found.Version, len(seen)}, []any{first() + rivals - 1, rivals})
	b.wantEqual("length of the last state", len(trimmed(found.JSON)), rivals)
	for v := first() + 1; v <= found.Version; v++ {
		if was := trimmed([]byte(seen[v])); was[:len(was)-1] != trimmed([]byte(seen[v-1])) {
			b.Errorf("version %d is %s, after %s", v, seen[v], seen[v-1])
		}
	}
}

// trimmed returns a JSON string without its quotes.
func trimmed(raw []byte) string {
	if len(raw) < 2 {
		return ""
	}
	return string(raw[1 : len(raw)-1])
}
