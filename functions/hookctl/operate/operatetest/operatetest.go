package operatetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// A Harness is an intake under test, empty, with the store behind its ledger.
type Harness struct {
	Intake operate.Intake
	Store  ledger.Store // keeps the payloads that requests bring
}

// Run tests the intakes that fresh makes, one for each case.
func Run(t *testing.T, fresh func(t *testing.T) Harness) {
	for _, c := range []struct {
		name, promise string
		run           func(b *bench)
	}{
		{"Record", "Record returns an event's record as it is now, and whether there is one.", record},
		{"Payload", "Payload returns the event's body if it is kept, or ErrNoPayload.", payload},
		{"Records", "Records reads the whole table for the records that s selects.", records},
		{"Probes", "Probes are selected by their source alone.", probes},
		{"RecordsStop", "Records ends when nobody wants more.", recordsStop},
		{"Size", "Size returns how much Records reads.", size},
		{"Open", "Open returns the entries of a partition that come behind after, oldest first, at most limit.", open},
		{"RecordsOf", "RecordsOf returns the records of the keys, without those that do not exist.", recordsOf},
		{"Reindex", "Reindex writes nothing if the event was claimed or ended since.", reindex},
		{"Payloads", "A key of which nothing is kept is not in the result.", payloads},
		{"Drop", "Drop gives the event up, and writes nothing if it was claimed or ended since.", drop},
		{"Erase", "Erase removes the content of the event, and nothing if it has not ended, or was claimed or ended since.", erase},
		{"EraseState", "EraseState removes the state, and nothing if it has another version by now.", eraseState},
		{"Queues", "A message comes back as it was sent, and is there until it is deleted.", queues},
		{"Unreadable", "A message that is not an event keeps its body when it is sent on.", unreadable},
		{"Processing", "Processing is what SetProcessing asked for, or neither can be done.", processing},
		{"RunUpkeep", "RunUpkeep returns the outcome of each task, or there is nothing that could run.", runUpkeep},
		{"Runs", "Runs returns the runs of the event that are known, or there is nothing that could say so.", noRuns},
		{"Errors", "Errors that package queue names are the same on every way.", namedErrors},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("broken promise: %s", c.promise)
				}
			})
			h := fresh(t)
			l, err := h.Intake.Ledger()
			if err != nil {
				t.Fatal(err)
			}
			c.run(&bench{T: t, Harness: h, ledger: l})
		})
	}
}

// A bench is what a case works with.
type bench struct {
	*testing.T
	Harness
	ledger operate.Ledger
}

// noon is when every event was received.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func (b *bench) equal(what string, got, want any) {
	b.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		b.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

// claim claims an event n minutes after noon.
func (b *bench) claim(key, eventType string, n int, payload []byte) ledger.Claim {
	b.Helper()
	at := noon.Add(time.Duration(n) * time.Minute)
	a := b.Store.Claim(b.Context(), []ledger.Request{{
		Key: key, Owner: "owner", Type: eventType, Hash: "hash", Identity: webhook.Given, Secret: new(1), Payload: payload,
		At: at, Lease: at.Add(time.Minute), Received: at, DedupUntil: at.Add(time.Hour),
	}})[0]
	if a.Status != ledger.Claimed || a.Err != nil {
		b.Fatalf("claim %s: %v, %v", key, a.Status, a.Err)
	}
	return a.Claim
}

// end ends a claim n minutes after noon, after a run.
func (b *bench) end(c ledger.Claim, state ledger.State, kind string, n int) {
	b.Helper()
	at := noon.Add(time.Duration(n) * time.Minute)
	e := ledger.End{Claim: c, At: at, State: state, Ran: true, Counted: true, NotBefore: at, Kind: kind, Done: []string{"a"}}
	if kind != "" {
		e.Tries = []ledger.Try{{At: at, Attempt: 1, Outcome: "failed", Handler: "h", Error: `no "credit" <yet> für`}}
	}
	if err := b.Store.End(b.Context(), []ledger.End{e})[0]; err != nil {
		b.Fatal(err)
	}
}

// fail makes an event that is open since n minutes after noon.
func (b *bench) fail(key string, n int) {
	b.Helper()
	b.end(b.claim(key, "t", n, nil), ledger.StateFailed, "h: *bank.Error", n)
}

func (b *bench) found(s ledger.Scan) []string {
	b.Helper()
	var keys []string
	for f, err := range b.ledger.Records(b.Context(), s) {
		if err != nil {
			b.Fatal(err)
		}
		keys = append(keys, f.Key)
	}
	slices.Sort(keys)
	return keys
}

func message(id string) queue.Message {
	return queue.Message{Event: webhook.Event{
		Source: "kyc", Provider: "kyc", ID: id, Type: "kyc.session.approved", Received: noon, Identity: webhook.Given,
		Raw: fmt.Appendf(nil, "{\"id\":%q,\"text\":\"für \\u0007 <b>\"}", id),
	}, Failure: &queue.Failure{Reason: queue.ReasonPermanent, Error: "h: no credit", At: noon.UnixMilli(), Attempts: 1, Fence: 1}}
}
