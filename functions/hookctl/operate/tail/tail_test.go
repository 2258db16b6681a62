package tail_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/tail"
	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/memory"
	"webhookintake/shared/webhook"
)

var noon = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

// A logged line is one of CloudWatch Logs.
type logged struct {
	at   time.Time
	text string
}

var idPattern = regexp.MustCompile(`\$\.id = "(.*)\*"`)

// newLogs returns a client of a fake that has these lines by log group, two on a page. Of a
// filter pattern it knows how the id begins.
func newLogs(t *testing.T, groups map[string][]logged) *cloudwatchlogs.Client {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			LogGroupName, NextToken, FilterPattern string
			StartTime, EndTime                     int64
		}
		if json.NewDecoder(r.Body).Decode(&in) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		var events []map[string]any
		for i, l := range groups[in.LogGroupName] {
			id := idPattern.FindStringSubmatch(in.FilterPattern)
			matches := id == nil || strings.Contains(l.text, `"id":"`+id[1])
			if matches && l.at.UnixMilli() >= in.StartTime && (in.EndTime == 0 || l.at.UnixMilli() < in.EndTime) {
				events = append(events, map[string]any{"eventId": fmt.Sprint(i), "timestamp": l.at.UnixMilli(), "message": l.text})
			}
		}
		answer := map[string]any{"events": events}
		if in.NextToken == "" && len(events) > 2 {
			answer = map[string]any{"events": events[:2], "nextToken": "more"}
		} else if in.NextToken != "" {
			answer["events"] = events[2:]
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_ = json.NewEncoder(w).Encode(answer)
	}))
	t.Cleanup(s.Close)
	return cloudwatchlogs.New(cloudwatchlogs.Options{
		Region: "us-east-1", BaseEndpoint: &s.URL, Credentials: aws.NewCredentialsCache(credentials.NewStaticCredentialsProvider("id", "key", "")),
	})
}

// Each line comes once, also one that CloudWatch shows late, and none from before the start.
func TestLogs(t *testing.T) {
	t.Parallel()
	now := noon
	groups := map[string][]logged{
		"ingest": {
			{noon.Add(-time.Second), `{"status":200,"source":"kyc","id":"before"}`},
			{noon.Add(time.Second), `{"level":"INFO","msg":"accepted","status":200,"source":"kyc","id":"evt_1","type":"t","took_ms":3.5}`},
			{noon.Add(time.Second), `{"level":"WARN","msg":"refused","status":401,"source":"kyc","code":"signature_mismatch"}`},
			{noon.Add(time.Second), "START RequestId: 1"},
			{noon.Add(time.Second), `{"level":"WARN","msg":"metrics are lost"}`},
		},
		"process": {{noon.Add(2 * time.Second), `{"msg":"evt_1 failed, tried again in 5s","outcome":"retried","source":"kyc","type":"t","id":"evt_1","attempt":1,` +
			`"error":"*bank.Error","retry_in_ms":5000,"b":{"end":"failed","took_ms":12.5,"error":"*bank.Error"},"a":{"end":"done","took_ms":1}}`}},
	}
	feed := tail.NewLogs(newLogs(t, groups), "ingest", "process", func() time.Time { return now })
	next := func() []tail.Line {
		t.Helper()
		lines, err := feed.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return lines
	}
	groups["process"] = append(groups["process"],
		logged{noon.Add(2500 * time.Millisecond), `{"time":"x","id":"evt_2","source":"kyc","type":"t","outcome":"handled","handlers":"a, b","ms":12.5,"secret":1,"signed":"body"}`},
		logged{noon.Add(2600 * time.Millisecond), `{"id":"evt_3","source":"kyc","type":"t","outcome":"handled","handlers":3,"ms":1,"attempts":2,"secret":0,"delay_s":9}`},
		logged{noon.Add(2700 * time.Millisecond), `{"id":"evt_4","source":"kyc","type":"t","outcome":"duplicate"}`},
	)
	now = noon.Add(3 * time.Second)
	want := []tail.Line{
		{At: noon.Add(time.Second), Source: "kyc", ID: "evt_1", Type: "t", What: "accepted", Status: 200, Text: "accepted"},
		{At: noon.Add(time.Second), Source: "kyc", What: "refused", Status: 401, Code: "signature_mismatch", Text: "refused"},
		{
			At: noon.Add(2 * time.Second), Source: "kyc", ID: "evt_1", Type: "t", What: "retried", Attempt: 1, Error: "*bank.Error",
			Text:     "evt_1 failed, tried again in 5s",
			Handlers: []operate.HandlerRun{{Name: "a", End: "done", Took: 1}, {Name: "b", End: "failed", Took: 12.5, Error: "*bank.Error"}},
		},
		{
			At: noon.Add(2500 * time.Millisecond), Source: "kyc", ID: "evt_2", Type: "t", What: "handled", Attempt: 1, Took: 12.5, Secret: new(1), Signed: "body",
			Handlers: []operate.HandlerRun{{Name: "a", End: "done"}, {Name: "b", End: "done"}},
		},
		{
			At: noon.Add(2600 * time.Millisecond), Source: "kyc", ID: "evt_3", Type: "t", What: "handled", Attempt: 2, Took: 1, Secret: new(0), Handled: 3, Delay: 9,
		},
		{At: noon.Add(2700 * time.Millisecond), Source: "kyc", ID: "evt_4", Type: "t", What: "duplicate"},
	}
	if diff := cmp.Diff(want, next()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if again := next(); again != nil {
		t.Errorf("they come twice: %v", again)
	}
	groups["ingest"] = append(groups["ingest"], logged{noon.Add(1500 * time.Millisecond), `{"status":200,"id":"late"}`})
	now = noon.Add(25 * time.Second)
	if lines := next(); len(lines) != 1 || lines[0].ID != "late" {
		t.Errorf("late lines: %v", lines)
	}
	now = noon.Add(time.Hour)
	if lines := next(); lines != nil {
		t.Errorf("an hour later: %v", lines)
	}
}

// A running hookctl run's feed has each change of a record, and nothing from before.
func TestRecords(t *testing.T) {
	t.Parallel()
	store := &memory.Store{}
	claim := func(key string) ledger.Claim {
		a := store.Claim(t.Context(), []ledger.Request{{
			Key: key, Owner: "o", Type: "t", At: noon, Received: noon, Lease: noon.Add(time.Minute), DedupUntil: noon.Add(time.Hour),
		}})[0]
		return a.Claim
	}
	claim("kyc#before")
	feed := &tail.Records{Ledger: memory.NewReader(store)}
	whats := func() (all []string) {
		t.Helper()
		lines, err := feed.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lines {
			all = append(all, l.ID+" "+l.What+" "+l.Reason)
		}
		return all
	}
	steps := []struct {
		do   func(c ledger.Claim)
		want []string
	}{
		{func(ledger.Claim) {}, nil},
		{func(ledger.Claim) { claim("kyc#1") }, []string{"1 claimed "}},
		{func(ledger.Claim) {}, nil},
		{func(c ledger.Claim) {
			store.End(t.Context(), []ledger.End{{Claim: c, At: noon, State: ledger.StateFailed, Reason: "permanent", Ran: true}})
		}, []string{"1 failed permanent"}},
	}
	for i, step := range steps {
		step.do(ledger.Claim{Key: "kyc#1", Owner: "o", Fence: 1})
		if diff := cmp.Diff(step.want, whats()); diff != "" {
			t.Errorf("step %d (-want +got):\n%s", i, diff)
		}
	}
}

// The stack's probes are no news, unless somebody asks for them.
func TestFilterProbes(t *testing.T) {
	t.Parallel()
	probe := tail.Line{Source: webhook.Probe, Type: webhook.ProbeType, ID: "probe_1"}
	for f, want := range map[tail.Filter]bool{
		{}: false, {Type: webhook.ProbeType}: false, {Source: webhook.Probe}: true, {ID: "probe_1"}: true, {Source: "kyc"}: false,
	} {
		if got := f.Matches(probe); got != want {
			t.Errorf("%+v matches: %v, want %v", f, got, want)
		}
	}
	if !(tail.Filter{}).Matches(tail.Line{Source: webhook.Probe, Type: "text.incoming.sms"}) {
		t.Error("a source from before the name was reserved is left out")
	}
}

// A script is a feed that has one line a look, and then an error.
type script struct{ lines []tail.Line }

var errAway = errors.New("the log is away")

func (s *script) Next(context.Context) ([]tail.Line, error) {
	if len(s.lines) == 0 {
		return nil, errAway
	}
	lines := s.lines
	s.lines = nil
	return lines, nil
}

// A name of which the log has only the beginning is found by the whole one.
func TestMatches(t *testing.T) {
	t.Parallel()
	l := tail.Line{Source: "shop", Type: "t", ID: "evt_01234…"}
	for id, want := range map[string]bool{"": true, "evt_0123456789": true, "evt_01234": true, "evt_0": false, "evt_9123456789": false} {
		if got := (tail.Filter{ID: id}).Matches(l); got != want {
			t.Errorf("%q: %v, want %v", id, got, want)
		}
	}
}

func TestFollow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		lines := []tail.Line{
			{At: noon.Add(time.Second), ID: "2", Source: "kyc", Type: "t"}, {At: noon, ID: "1", Source: "kyc", Type: "t"},
			{At: noon, ID: "3", Source: "kyc", Type: "u"}, {At: noon, ID: "4", Source: "contiguity", Type: "t"},
		}
		var got string
		err := tail.Follow(t.Context(), &script{lines}, tail.Filter{Source: "kyc", Type: "t"}, func(l tail.Line) { got += l.ID })
		if got != "12" || !errors.Is(err, errAway) {
			t.Errorf("followed %q, %v; want 12 and %v", got, err, errAway)
		}
		ctx, interrupt := context.WithCancel(t.Context())
		err = tail.Follow(ctx, &script{lines}, tail.Filter{ID: "4"}, func(tail.Line) { interrupt() })
		if err != nil {
			t.Errorf("Ctrl-C: %v", err)
		}
	})
}
