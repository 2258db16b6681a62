package dynamo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"webhookintake/shared/ledger"
	"webhookintake/shared/webhook"
)

// A reply is an answer of the DynamoDB stub.
type reply struct {
	status int // 0 means 200
	body   string
}

func refusal(code string) reply {
	return reply{http.StatusBadRequest, fmt.Sprintf(`{"__type":"com.amazonaws.dynamodb.v20120810#%s","message":"as asked"}`, code)}
}

// A stub answers from a script: the replies of each operation in turn, repeating the last
// one.
type stub struct {
	mu     sync.Mutex
	script map[string][]reply
	calls  map[string]int
}

func newStub(t *testing.T, script map[string][]reply) (*Store, *stub) {
	t.Helper()
	s := &stub{script: script, calls: map[string]int{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return New(Options{
		Table: "ledger", Region: "eu-central-1", Endpoint: server.URL, Keep: testKeep,
		Credentials: credentials.NewStaticCredentialsProvider("id", "key", ""), HTTPClient: server.Client(),
	}), s
}

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	s.mu.Lock()
	replies := s.script[operation]
	answer := reply{http.StatusNotImplemented, `{"__type":"Unscripted"}`}
	if len(replies) > 0 {
		answer = replies[min(s.calls[operation], len(replies)-1)]
	}
	s.calls[operation]++
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	if answer.status != 0 {
		w.WriteHeader(answer.status)
	}
	_, _ = io.WriteString(w, answer.body)
}

// statements returns the answer to a batch: a code for each statement, empty for success.
func statements(codes ...string) reply {
	var responses []map[string]any
	for _, code := range codes {
		response := map[string]any{"TableName": "ledger"}
		if code != "" {
			response["Error"] = map[string]string{"Code": code, "Message": "as asked"}
		}
		responses = append(responses, response)
	}
	body, _ := json.Marshal(map[string]any{"Responses": responses})
	return reply{body: string(body)}
}

// claimed returns the item of a record that is claimed.
const claimed = `{"pk":{"S":"a#1"},"state":{"S":"CLAIMED"},"owner":{"S":"x"},"fence":{"N":"3"},"lease":{"N":"%d"},"attempts":{"N":"1"},"exp":{"N":"1"}}`

func heldItem() string { return fmt.Sprintf(claimed, now.Add(1e9).UnixMilli()) }

func refusedWith(item string) reply {
	return reply{http.StatusBadRequest, `{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"m","Item":` + item + `}`}
}

func kept(item string) reply { return reply{body: `{"Attributes":` + item + `}`} }

// Which claims that a batch did not settle are asked for again, and which are not.
func TestClaimBatchRefusals(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		batch  reply
		want   []ledger.Status
		single int // requests of the single path
	}{
		{"all went well", statements("", "", ""), []ledger.Status{ledger.Claimed, ledger.Claimed, ledger.Claimed}, 0},
		{"one is there", statements("", "DuplicateItem", ""), []ledger.Status{ledger.Claimed, ledger.InProgress, ledger.Claimed}, 1},
		{"one failed for any reason", statements("InternalServerError", "", "ValidationError"),
			[]ledger.Status{ledger.InProgress, ledger.Claimed, ledger.InProgress}, 2},
		{"some were throttled", statements("ThrottlingError", "ProvisionedThroughputExceeded", "RequestLimitExceeded"),
			[]ledger.Status{ledger.Unknown, ledger.Unknown, ledger.Unknown}, 0},
		{"whole request refused", refusal("ValidationException"), []ledger.Status{ledger.Unknown, ledger.Unknown, ledger.Unknown}, 0},
		{"whole request throttled", refusal("ThrottlingException"), []ledger.Status{ledger.Unknown, ledger.Unknown, ledger.Unknown}, 0},
		{"service failed", reply{http.StatusInternalServerError, "{}"}, []ledger.Status{ledger.Unknown, ledger.Unknown, ledger.Unknown}, 0},
		{"answers are missing", statements("", ""), []ledger.Status{ledger.Unknown, ledger.Unknown, ledger.Unknown}, 0},
		{"answer is garbage", reply{body: `{"Responses": 7`}, []ledger.Status{ledger.Unknown, ledger.Unknown, ledger.Unknown}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			store, stub := newStub(t, map[string][]reply{
				"BatchExecuteStatement": {tt.batch}, "PutItem": {refusedWith(heldItem())},
			})
			var requests []ledger.Request
			for i := range tt.want {
				r := request(fmt.Sprint("a#", i))
				r.FirstReceive = true
				requests = append(requests, r)
			}
			var got []ledger.Status
			for _, a := range store.Claim(t.Context(), requests) {
				got = append(got, a.Status)
				if (a.Status == ledger.Unknown) != (a.Err != nil) {
					t.Errorf("%v with error %v", a.Status, a.Err)
				}
			}
			compare(t, "answers", got, tt.want)
			compare(t, "batches", stub.calls["BatchExecuteStatement"], 1)
			compare(t, "single requests", stub.calls["PutItem"], tt.single)
		})
	}
}

func TestEndBatchRefusals(t *testing.T) {
	t.Parallel()
	unknown := errors.New("any error that the contract does not name")
	own := strings.Replace(heldItem(), `"CLAIMED"`, `"COMPLETED"`, 1)
	for _, tt := range []struct {
		name   string
		batch  reply
		found  string
		want   []error
		single int
	}{
		{"all went well", statements("", ""), heldItem(), []error{nil, nil}, 0},
		{"own reply was lost", statements("", "ConditionalCheckFailed"), own, []error{nil, nil}, 1},
		{"fenced", statements("ConditionalCheckFailed", ""), strings.Replace(own, `"3"`, `"4"`, 1), []error{ledger.ErrFenced, nil}, 1},
		{"throttled", statements("", "ThrottlingError"), own, []error{nil, unknown}, 0},
		{"whole request refused", refusal("ValidationException"), own, []error{unknown, unknown}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			store, stub := newStub(t, map[string][]reply{
				"BatchExecuteStatement": {tt.batch}, "UpdateItem": {refusedWith(tt.found)},
			})
			var ends []ledger.End
			for i := range tt.want {
				ends = append(ends, ledger.End{At: now, State: ledger.StateCompleted,
					Claim: ledger.Claim{Key: fmt.Sprint("a#", i), Owner: "x", Fence: 3}})
			}
			for i, err := range store.End(t.Context(), ends) {
				got := err
				if err != nil && !errors.Is(err, ledger.ErrFenced) {
					got = unknown
				}
				if !errors.Is(got, tt.want[i]) {
					t.Errorf("End %d = %v, want %v", i, err, tt.want[i])
				}
			}
			compare(t, "single requests", stub.calls["UpdateItem"], tt.single)
		})
	}
}

// A call is one try: whatever the service answers, nothing is sent twice.
func TestOneTry(t *testing.T) {
	t.Parallel()
	for _, answer := range []reply{
		{http.StatusInternalServerError, "{}"}, {http.StatusServiceUnavailable, ""},
		refusal("ProvisionedThroughputExceededException"), refusal("ThrottlingException"), refusal("RequestLimitExceeded"),
	} {
		store, stub := newStub(t, map[string][]reply{"PutItem": {answer}, "UpdateItem": {answer}, "TransactWriteItems": {answer}, "GetItem": {answer}})
		c := ledger.Claim{Key: "a#1", Owner: "x", Fence: 1, DedupUntil: now, Lease: now}
		writes := ledger.Tx{Writes: []webhook.Write{webhook.Delete("users", webhook.Attributes{"id": webhook.S("1")})}}
		calls := map[string]func(context.Context) error{
			"start":  func(ctx context.Context) error { return store.Start(ctx, c, "h") },
			"commit": func(ctx context.Context) error { return store.Commit(ctx, c, "h", ledger.Tx{}) },
			"writes": func(ctx context.Context) error { return store.Commit(ctx, c, "h", writes) },
			"end": func(ctx context.Context) error {
				return store.End(ctx, []ledger.End{{Claim: c, At: now, State: ledger.StateCompleted}})[0]
			},
			"claim":  func(ctx context.Context) error { return store.Claim(ctx, []ledger.Request{request("a#1")})[0].Err },
			"newest": func(ctx context.Context) error { _, err := store.Newest(ctx, ledger.Entity{Handler: "h"}); return err },
		}
		for name, call := range calls {
			before := stub.total()
			err := call(t.Context())
			if err == nil || errors.Is(err, ledger.ErrFenced) || errors.Is(err, ledger.ErrStale) || errors.Is(err, webhook.ErrWrites) {
				t.Errorf("%s, answered %q: %v, want an unknown outcome", name, answer.body, err)
			}
			compare(t, name+" sent", stub.total()-before, 1)
		}
	}
}

func (s *stub) total() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := 0
	for _, n := range s.calls {
		sum += n
	}
	return sum
}

// A claim of a record that keeps changing gives up after a few rounds.
func TestClaimGivesUp(t *testing.T) {
	t.Parallel()
	lapsed := fmt.Sprintf(claimed, now.UnixMilli())
	store, stub := newStub(t, map[string][]reply{"PutItem": {refusedWith(lapsed)}, "UpdateItem": {refusedWith(lapsed)}})
	a := store.Claim(t.Context(), []ledger.Request{request("a#1")})[0]
	if a.Status != ledger.Unknown || !errors.Is(a.Err, errContended) {
		t.Errorf("answer %v, %v", a.Status, a.Err)
	}
	compare(t, "rounds", stub.total(), maxRounds)
}

// Handlers that a late worker records as done between the read of the record and the claim
// are in the claim.
func TestClaimReturnsTheFreshest(t *testing.T) {
	t.Parallel()
	lapsed := fmt.Sprintf(claimed, now.UnixMilli())
	after := strings.Replace(lapsed, `"exp"`, `"done":{"SS":["late"]},"started":{"SS":["s"]},"exp"`, 1)
	store, _ := newStub(t, map[string][]reply{"PutItem": {refusedWith(lapsed)}, "UpdateItem": {kept(after)}})
	c := mustClaim(t, store, request("a#1"))
	compare(t, "done", c.Done, []string{"late"})
	compare(t, "started", c.Started, []string{"s"})
}

// An item that is not a record, under a record's key, gives an error that says so; it is
// neither overwritten nor taken for a duplicate.
func TestForeignItem(t *testing.T) {
	t.Parallel()
	for _, it := range []string{
		`{"pk":{"S":"a#1"}}`,
		`{"pk":{"S":"a#1"},"state":{"N":"1"}}`,
		`{"pk":{"S":"a#1"},"state":{"S":"COMPLETED"},"fence":{"N":"1.5"}}`,
		`{"pk":{"S":"a#1"},"state":{"S":"COMPLETED"},"done":{"L":[]}}`,
	} {
		store, stub := newStub(t, map[string][]reply{"PutItem": {refusedWith(it)}})
		a := store.Claim(t.Context(), []ledger.Request{request("a#1")})[0]
		if a.Status != ledger.Unknown || a.Err == nil || !strings.Contains(a.Err.Error(), "item is not a record") {
			t.Errorf("%s: %v, %v", it, a.Status, a.Err)
		}
		compare(t, "requests", stub.total(), 1)
	}
}
