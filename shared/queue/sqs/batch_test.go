package sqs_test

import (
	"errors"
	"fmt"
	"testing"

	"webhookintake/shared/queue"
	"webhookintake/shared/queue/sqs"
)

// outcome sorts the answer of one receipt.
func outcome(err error) string {
	entry, ok := errors.AsType[*sqs.EntryError](err)
	switch {
	case err == nil:
		return "done"
	case errors.Is(err, sqs.ErrNoAnswer):
		return "no answer"
	case ok:
		return fmt.Sprint(entry.Code, " ", entry.SenderFault)
	}
	return "request failed"
}

// TestBatch: SQS's answer about an entry is returned in its place, whatever the order of
// the answer, for both of the operations that come in batches.
func TestBatch(t *testing.T) {
	t.Parallel()
	ids := func(from, to int) string {
		s := ""
		for i := from; i < to; i++ {
			s += fmt.Sprintf(`,{"Id":"%d"}`, i)
		}
		return s[1:]
	}
	failed := func(id, code string, sender bool) string {
		return fmt.Sprintf(`{"Id":"%s","Code":"%s","Message":"text","SenderFault":%v}`, id, code, sender)
	}
	for _, tt := range []struct {
		name     string
		receipts int
		answers  []string // for each request; "" fails it whole
		want     map[int]string
	}{
		{name: "all done", receipts: 3, answers: []string{`{"Successful":[` + ids(0, 3) + `]}`}},
		{name: "in another order", receipts: 3, answers: []string{`{"Successful":[{"Id":"2"},{"Id":"0"},{"Id":"1"}]}`}},
		{
			name: "some refused", receipts: 4,
			answers: []string{`{"Failed":[` + failed("3", "ReceiptHandleIsInvalid", true) + `,` + failed("0", "InternalError", false) + `],"Successful":[{"Id":"2"},{"Id":"1"}]}`},
			want:    map[int]string{0: "InternalError false", 3: "ReceiptHandleIsInvalid true"},
		},
		{
			name: "left out", receipts: 3, answers: []string{`{"Successful":[{"Id":"0"},{"Id":"2"}]}`},
			want: map[int]string{1: "no answer"},
		},
		{name: "nothing said", receipts: 2, answers: []string{`{}`}, want: map[int]string{0: "no answer", 1: "no answer"}},
		{
			name: "ids that are not numbers", receipts: 1, answers: []string{`{"Successful":[{"Id":"7"},{"Id":"x"}],"Failed":[` + failed("00", "E", true) + `]}`},
			want: map[int]string{0: "no answer"},
		},
		{
			name: "both done and refused", receipts: 1, answers: []string{`{"Successful":[{"Id":"0"}],"Failed":[` + failed("0", "E", true) + `]}`},
			want: map[int]string{0: "E true"},
		},
		{
			name: "three requests", receipts: 25,
			answers: []string{
				`{"Successful":[` + ids(0, 10) + `]}`,
				"",
				`{"Successful":[` + ids(0, 4) + `],"Failed":[` + failed("4", "E", false) + `]}`,
			},
			want: map[int]string{
				10: "request failed", 11: "request failed", 12: "request failed", 13: "request failed", 14: "request failed",
				15: "request failed", 16: "request failed", 17: "request failed", 18: "request failed", 19: "request failed",
				24: "E false",
			},
		},
		{name: "none", receipts: 0},
	} {
		for operation, call := range map[string]func(*testing.T, *sqs.Queue, []string) []error{
			"DeleteMessageBatch": func(t *testing.T, q *sqs.Queue, receipts []string) []error { return q.Delete(t.Context(), receipts) },
			"ChangeMessageVisibilityBatch": func(t *testing.T, q *sqs.Queue, receipts []string) []error {
				deferrals := make([]queue.Deferral, len(receipts))
				return q.Defer(t.Context(), deferrals)
			},
		} {
			t.Run(tt.name+" "+operation, func(t *testing.T) {
				t.Parallel()
				q, f := serve(t, func(n int, _ request) (int, string) {
					if tt.answers[n] == "" {
						return 500, refused("InternalFailure", "oops")
					}
					return 200, tt.answers[n]
				})
				errs := call(t, q, make([]string, tt.receipts))
				if len(errs) != tt.receipts {
					t.Fatalf("%d answers for %d receipts", len(errs), tt.receipts)
				}
				for i, err := range errs {
					want := tt.want[i]
					if want == "" {
						want = "done"
					}
					if got := outcome(err); got != want {
						t.Errorf("answer %d = %s (%v), want %s", i, got, err, want)
					}
				}
				if len(f.requests) != len(tt.answers) {
					t.Errorf("%d requests, want %d", len(f.requests), len(tt.answers))
				}
				for _, r := range f.requests {
					if r.Operation != operation {
						t.Errorf("asked %s, want %s", r.Operation, operation)
					}
				}
			})
		}
	}
}
