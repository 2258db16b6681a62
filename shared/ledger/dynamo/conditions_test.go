package dynamo

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"webhookintake/shared/ledger"
	"webhookintake/shared/webhook"
)

// A recorder keeps the body of the last request. It answers that the service failed.
type recorder struct{ body []byte }

func (r *recorder) Do(request *http.Request) (*http.Response, error) {
	r.body, _ = io.ReadAll(request.Body)
	return &http.Response{StatusCode: http.StatusInternalServerError, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}"))}, nil
}

// A write is an action of a transaction, a PutItem or an UpdateItem.
type write struct {
	Key, Item                 map[string]json.RawMessage
	UpdateExpression          string
	ConditionExpression       string
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues map[string]json.RawMessage

	ReturnValuesOnConditionCheckFailure string
}

var alias = regexp.MustCompile(`[#:][nv][0-9]+`)

// String writes the key, what the write does, and its condition, without aliases.
func (w write) String() string {
	plain := func(expression string) string {
		return alias.ReplaceAllStringFunc(expression, func(a string) string {
			if a[0] == '#' {
				return w.ExpressionAttributeNames[a]
			}
			return value(w.ExpressionAttributeValues[a])
		})
	}
	what := plain(w.UpdateExpression)
	for _, name := range slices.Sorted(maps.Keys(w.Item)) {
		what += name + "=" + value(w.Item[name]) + " "
	}
	text := strings.TrimSpace(value(w.Key["pk"])+" "+what) + " IF " + plain(w.ConditionExpression)
	if w.ReturnValuesOnConditionCheckFailure != "" {
		text += " ELSE " + w.ReturnValuesOnConditionCheckFailure
	}
	return text
}

// value returns a number, text or set as DynamoDB's JSON has it.
func value(raw json.RawMessage) string {
	var v map[string]any
	_ = json.Unmarshal(raw, &v) // an absent value stays empty
	for _, of := range v {
		return fmt.Sprint(of)
	}
	return ""
}

// What each call writes, and on which condition. Each condition keeps a worker that lost its
// claim, or a stale event, from writing; an engine that is not running cannot show it.
func TestConditions(t *testing.T) {
	t.Parallel()
	const held = "state = CLAIMED AND owner = x AND fence = 3"
	c := ledger.Claim{Key: "a#1", Owner: "x", Fence: 3, Attempts: 1, Runs: 2, Done: []string{"d"}, DedupUntil: now.Add(time.Hour), Lease: now.Add(time.Minute)}
	commit := func(tx ledger.Tx) func(context.Context, *Store) {
		return func(ctx context.Context, s *Store) { _ = s.Commit(ctx, c, "h", tx) }
	}
	noted := "a#1 ADD done [h] IF " + held + " AND NOT contains(done, h) ELSE ALL_OLD"
	orders := webhook.Attributes{"id": webhook.S("o1")}
	for _, tt := range []struct {
		name string
		call func(context.Context, *Store)
		want []string
	}{
		{"claim of a new event", func(ctx context.Context, s *Store) {
			s.Claim(ctx, []ledger.Request{{Key: "a#1", Owner: "x", FirstReceive: true, At: now, DedupUntil: now}})
		},
			[]string{fmt.Sprintf("attempts=1 dedup_until=%d exp=%d fence=1 first_claimed=%[1]d owner=x pk=a#1 runs=1 state=CLAIMED IF attribute_not_exists(pk) ELSE ALL_OLD",
				now.UnixMilli(), now.Add(testKeep).Unix())}},
		{"end of one event", func(ctx context.Context, s *Store) {
			s.End(ctx, []ledger.End{{Claim: c, At: now, State: ledger.StateCompleted, Ran: true, Done: c.Done}})
		},
			[]string{fmt.Sprintf("a#1 SET exp = %d, finished = %d, state = COMPLETED REMOVE started IF %s ELSE ALL_OLD",
				now.Add(time.Hour+testKeep).Unix(), now.UnixMilli(), held)}},
		{"start", func(ctx context.Context, s *Store) { _ = s.Start(ctx, c, "h") },
			[]string{"a#1 ADD started [h] IF " + held + " ELSE ALL_OLD"}},
		{"commit", commit(ledger.Tx{}), []string{"a#1 ADD done [h] IF " + held + " ELSE ALL_OLD"}},
		{"commit of a result", commit(ledger.Tx{Result: json.RawMessage(`{}`)}),
			[]string{"a#1 ADD done [h], results [h {}] IF " + held + " AND NOT contains(done, h) ELSE ALL_OLD"}},
		{"commit of writes", commit(ledger.Tx{Writes: []webhook.Write{
			webhook.Delete("orders", orders).IfEquals("open", webhook.N(1)), webhook.Add("orders", webhook.Attributes{"id": webhook.S("o2")}, "n", 2),
			webhook.Put("orders", webhook.Attributes{"id": webhook.S("o3")}, nil).IfAbsent(),
		}}), []string{noted, " IF open = 1", "ADD n 2 IF ", "id=o3 IF attribute_not_exists(id)"}},
		{"commit of a guarded event", commit(ledger.Tx{Entity: ledger.Entity{Handler: "h", Name: "e"}, At: now}), []string{
			noted, fmt.Sprintf(":newest#%s SET newest = %d, exp = %d IF (attribute_not_exists(newest) OR newest <= %[2]d)",
				"a9270c421b6397dcfff1c4f89c8114c22dc714eb9542f775f4f88d9ce1a81fce", now.UnixMilli(), c.DedupUntil.Add(testKeep).Unix())}},
		{"commit of the first state", commit(ledger.Tx{State: &ledger.StateChange{ID: "7f", JSON: json.RawMessage(`{}`), At: now}}),
			[]string{noted, fmt.Sprintf("pk=:state#7f s={} v=%d IF attribute_not_exists(pk)", now.UnixMilli())}},
		{"commit of a later state", commit(ledger.Tx{State: &ledger.StateChange{ID: "7f", Version: 8, JSON: json.RawMessage(`{}`), At: now, Expires: now}}),
			[]string{noted, fmt.Sprintf("exp=%d pk=:state#7f s={} v=9 IF v = 8", now.Unix())}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			compare(t, "writes", sent(t, tt.call), tt.want)
		})
	}
}

// The statement that ends an event of a batch sets what it says, on condition that the claim
// is in force, and that done and started contain no name that it would overwrite.
func TestFinish(t *testing.T) {
	t.Parallel()
	const held = ` WHERE "pk"=a#1 AND "owner"=x AND "fence"=3 AND "state"=CLAIMED`
	for _, tt := range []struct {
		name string
		end  ledger.End
		done []string // of the claim
		want string   // empty: no statement can do it
	}{
		{"completed", ledger.End{State: ledger.StateCompleted, Ran: true, Done: []string{"h"}}, nil,
			`SET "done"=[h] SET "exp"=E SET "finished"=N SET "state"=COMPLETED` + held + ` AND ("done" IS MISSING OR "done"=[h]) AND ("started" IS MISSING)`},
		{"completed with what was done before", ledger.End{State: ledger.StateCompleted, Ran: true, Done: []string{"d", "h"}}, []string{"d"},
			`SET "done"=[d h] SET "exp"=E SET "finished"=N SET "state"=COMPLETED` + held + ` AND ("done" IS MISSING OR "done"=[d h] OR "done"=[d]) AND ("started" IS MISSING)`},
		{"completed, nothing new is done", ledger.End{State: ledger.StateCompleted, Ran: true, Done: []string{"d"}}, []string{"d"},
			`SET "done"=[d] SET "exp"=E SET "finished"=N SET "state"=COMPLETED` + held + ` AND ("done" IS MISSING OR "done"=[d]) AND ("started" IS MISSING)`},
		{"completed with one that was started", ledger.End{State: ledger.StateCompleted, Ran: true, Done: []string{"h"}, Started: []string{"h"}}, nil,
			`SET "done"=[h] SET "exp"=E SET "finished"=N SET "started"=[h] SET "state"=COMPLETED` + held + ` AND ("done" IS MISSING OR "done"=[h])`},
		{"released without a run", ledger.End{State: ledger.StateReleased, NotBefore: now}, nil,
			`SET "attempts"=0 SET "exp"=E SET "not_before"=N SET "runs"=1 SET "state"=RELEASED` + held + ` AND ("done" IS MISSING) AND ("started" IS MISSING)`},
		{"a state that ends nothing", ledger.End{State: ledger.StateClaimed}, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &Store{table: "ledger", keep: testKeep}
			tt.end.At = now
			tt.end.Claim = ledger.Claim{Key: "a#1", Owner: "x", Fence: 3, Attempts: 1, Runs: 2, Done: tt.done, DedupUntil: now.Add(time.Hour)}
			st := s.finish(tt.end)
			if st == nil || tt.want == "" {
				if (st == nil) != (tt.want == "") {
					t.Errorf("statement %+v, want one: %v", st, tt.want != "")
				}
				return
			}
			compare(t, "statement", filled(st), `UPDATE "ledger" `+timed(tt.want))
		})
	}
}

// timed puts now and the expiry in place of N and E.
func timed(text string) string {
	expiry, at := fmt.Sprint(now.Add(time.Hour+testKeep).Unix()), fmt.Sprint(now.UnixMilli())
	return strings.NewReplacer("=E", "="+expiry, "= E", "= "+expiry, "=N", "="+at, "= N", "= "+at).Replace(text)
}

// filled returns a statement's text with its parameters.
func filled(st *statement) string {
	parts := strings.Split(st.text.String(), "?")
	text := parts[0]
	for i, part := range parts[1:] {
		switch v := st.parameters[i].(type) {
		case *types.AttributeValueMemberS:
			text += v.Value
		case *types.AttributeValueMemberN:
			text += v.Value
		case *types.AttributeValueMemberSS:
			text += fmt.Sprint(v.Value)
		}
		text += part
	}
	return text
}

// How a claim replaces a record, and how a claim alone ends.
func TestReplaceAndEnd(t *testing.T) {
	t.Parallel()
	const (
		held  = " IF state = CLAIMED AND owner = x AND fence = 3 ELSE ALL_OLD"
		free  = " IF state = RELEASED AND owner = y AND fence = 2 ELSE ALL_OLD"
		taken = "a#1 SET attempts = 2, fence = 3, owner = x, runs = 2, state = CLAIMED REMOVE "
	)
	c := ledger.Claim{Key: "a#1", Owner: "x", Fence: 3, Attempts: 1, Runs: 2, Done: []string{"d"}, DedupUntil: now.Add(time.Hour)}
	end := func(e ledger.End) func(context.Context, *Store) {
		e.Claim, e.At = c, now
		return func(ctx context.Context, s *Store) { s.End(ctx, []ledger.End{e}) }
	}
	found := ledger.Record{State: ledger.StateReleased, Owner: "y", Fence: 2, Attempts: 1, Runs: 1, NotBefore: now, Done: []string{"d"}, Started: []string{"s"}, Expires: now}
	next := found
	next.State, next.Owner, next.Fence, next.Attempts, next.Runs, next.NotBefore = ledger.StateClaimed, "x", 3, 2, 2, time.Time{}
	replace := func(next ledger.Record) func(context.Context, *Store) {
		return func(ctx context.Context, s *Store) { _, _ = s.replace(ctx, "a#1", &found, next) }
	}
	more, fewer := next, next
	more.Done, fewer.Done, fewer.Started = []string{"d", "h"}, nil, nil
	for _, tt := range []struct {
		name string
		call func(context.Context, *Store)
		want string
	}{
		{"claim", replace(next), taken + "not_before" + free},
		{"claim that takes a handler as done", replace(more), taken + "not_before ADD done [h]" + free},
		{"claim that runs all again", replace(fewer), taken + "done, not_before, started" + free},
		{"completed", end(ledger.End{State: ledger.StateCompleted, Ran: true, Done: []string{"d", "h"}}),
			"a#1 SET exp = E, finished = N, state = COMPLETED REMOVE started ADD done [h]" + held},
		{"failed with one that was started", end(ledger.End{State: ledger.StateFailed, Ran: true, Done: []string{"d"}, Started: []string{"h"}, Reason: "r"}),
			"a#1 SET exp = E, finished = N, kind = r, open = 4, reason = r, since = N, state = FAILED, started = [h]" + held},
		{"released without a run", end(ledger.End{State: ledger.StateReleased, NotBefore: now}),
			"a#1 SET attempts = 0, exp = E, not_before = N, runs = 1, state = RELEASED REMOVE started" + held},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			compare(t, "writes", sent(t, tt.call), []string{timed(tt.want)})
		})
	}
}

// sent returns the writes that a call sends.
func sent(t *testing.T, call func(context.Context, *Store)) []string {
	t.Helper()
	r := &recorder{}
	call(t.Context(), newRecorded(r))
	var request struct {
		write
		TransactItems []struct{ Put, Update, Delete *write }
	}
	if err := json.Unmarshal(r.body, &request); err != nil {
		t.Fatalf("%v: %s", err, r.body)
	}
	var texts []string
	for _, action := range request.TransactItems {
		for _, w := range []*write{action.Put, action.Update, action.Delete} {
			if w != nil {
				texts = append(texts, w.String())
			}
		}
	}
	if len(texts) == 0 {
		texts = append(texts, request.write.String())
	}
	return texts
}
