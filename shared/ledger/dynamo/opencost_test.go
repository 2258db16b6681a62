package dynamo

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"webhookintake/shared/ledger"
)

// The statements of an event that goes well do not name the index of what is open.
func TestGoodEventDoesNotTouchTheIndex(t *testing.T) {
	t.Parallel()
	s := &Store{table: "ledger", keep: testKeep}
	r := usual(1)
	answer, rec := ledger.Judge(nil, r, s.keep)
	end := ledger.End{Claim: answer.Claim, At: now, State: ledger.StateCompleted, Ran: true, Done: []string{"auto-reply"}}
	compare(t, "claim", s.insertion(r.Key, *rec).text.String(), `INSERT INTO "ledger" VALUE {'attempts': ?, 'dedup_until': ?, 'exp': ?, `+
		`'fence': ?, 'first_claimed': ?, 'hash': ?, 'identity': ?, 'lease': ?, 'owner': ?, 'pk': ?, 'received': ?, 'runs': ?, 'secret': ?, 'state': ?, 'type': ?}`)
	compare(t, "end", s.finish(end).text.String(), `UPDATE "ledger" SET "done"=? SET "exp"=? SET "finished"=? SET "state"=?`+
		` WHERE "pk"=? AND "owner"=? AND "fence"=? AND "state"=? AND ("done" IS MISSING OR "done"=?) AND ("started" IS MISSING)`)
}

// An indexMeter adds up the write units that the index consumes.
type indexMeter struct {
	to    http.RoundTripper
	units float64
}

func (m *indexMeter) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	body = append([]byte(`{"ReturnConsumedCapacity":"INDEXES",`), bytes.TrimPrefix(body, []byte("{"))...)
	asking := r.Clone(r.Context())
	asking.Body, asking.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	reply, err := m.to.RoundTrip(asking)
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(reply.Body)
	reply.Body.Close()
	reply.Body = io.NopCloser(bytes.NewReader(raw))
	if err != nil || reply.StatusCode != http.StatusOK { // a condition that failed changed nothing
		return reply, err
	}
	var answer struct {
		ConsumedCapacity struct {
			Table                  *struct{ CapacityUnits float64 }
			GlobalSecondaryIndexes map[string]struct{ CapacityUnits float64 }
		}
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return reply, err
	}
	if answer.ConsumedCapacity.Table == nil {
		return reply, errors.New("the answer does not say what it consumed")
	}
	for _, index := range answer.ConsumedCapacity.GlobalSecondaryIndexes {
		m.units += index.CapacityUnits
	}
	return reply, nil
}

// What the index adds: nothing to an event that goes well, one unit where an event becomes
// open, nothing where it is claimed again or fails the same way again, one where it fails
// another way, and one where it is completed.
func TestEngineIndexCost(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	m := &indexMeter{to: e.wire.to}
	e.wire.to = m
	r := usual(1)
	failing := func(kind string) func(ledger.Claim) ledger.End {
		return func(c ledger.Claim) ledger.End {
			return ledger.End{Claim: c, At: now, State: ledger.StateReleased, Ran: true, Counted: true, NotBefore: now, Kind: kind,
				Tries: ledger.AddTries(c.Tries, []ledger.Try{{At: now, Attempt: c.Runs, Outcome: "failed", Handler: "h", Error: kind}})}
		}
	}
	completed := func(c ledger.Claim) ledger.End {
		return ledger.End{Claim: c, At: now, State: ledger.StateCompleted, Ran: true, Done: []string{"h"}}
	}
	for i, tt := range []struct {
		name string
		key  string
		end  func(ledger.Claim) ledger.End
		add  float64
	}{
		{name: "goes well", key: "a#1", end: completed},
		{name: "fails", key: "a#2", end: failing("h: *bank.Error"), add: 1},
		{name: "fails the same way", key: "a#2", end: failing("h: *bank.Error")},
		{name: "fails another way", key: "a#2", end: failing("h: *sea.Error"), add: 1},
		{name: "then goes well", key: "a#2", end: completed, add: 1},
	} {
		r.Key, r.Owner, r.FirstReceive = tt.key, time.Duration(i).String(), false
		m.units = 0
		c := mustClaim(t, e.store, r)
		compare(t, tt.name+": units of the claim", m.units, 0.0)
		m.units = 0
		settleAll(t, e.store.End(t.Context(), []ledger.End{tt.end(c)}))
		compare(t, tt.name+": units of the end", m.units, tt.add)
	}
}
