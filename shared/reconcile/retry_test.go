package reconcile_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/reconcile"
)

func limited(seconds string) answer {
	return answer{http.StatusTooManyRequests, `{"error":"rate_limited","message":"slow down","retry_after":` + seconds + `}`}
}

var down = answer{status: http.StatusBadGateway}

// TestWaits lets the API refuse, by the clock of a bubble.
func TestWaits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		answers []answer // of the list of watchlists
		events  int
		wait    time.Duration
		asked   int
	}{
		{"429 once", []answer{limited("90"), {body: list}}, 2, 90 * time.Second, 4},
		{"429 without a time", []answer{limited("null"), {body: list}}, 2, 30 * time.Second, 4},
		{"429 for too long", []answer{limited("601"), {body: list}}, 0, 0, 1},
		{"down for a while", []answer{down, down, {body: list}}, 2, 3 * time.Second, 5},
		{"down for good: nothing else is asked", []answer{down}, 0, 15 * time.Second, 5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := &fake{answers: paths(one, session)}
				f.answers["/kyc/watchlists"] = tt.answers
				start := time.Now()
				var told time.Duration
				q := query
				q.Waiting = func(d time.Duration) { told += d }
				messages, err := reconcile.KYC(t.Context(), f.kyc(t), q)
				if len(messages) != tt.events || (err == nil) != (tt.events > 0) {
					t.Errorf("%d events, %v; want %d", len(messages), err, tt.events)
				}
				if took := time.Since(start); took != tt.wait || told != tt.wait || len(f.asked) != tt.asked {
					t.Errorf("took %v, announced %v and asked %q; want %v and %d questions", took, told, f.asked, tt.wait, tt.asked)
				}
			})
		})
	}
}

// TestWaitingEndsWithTheContext wants no more questions, and the reason. A wait that would
// outlast the context does not begin.
func TestWaitingEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{answers: map[string][]answer{"/kyc/watchlists": {limited("90")}}}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, cancel)
		_, err := reconcile.KYC(ctx, f.kyc(t), query)
		if !errors.Is(err, context.Canceled) || len(f.asked) != 1 {
			t.Errorf("%v after %q, want the end of the context after one question", err, f.asked)
		}
		start := time.Now()
		ctx, cancel = context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		_, err = reconcile.KYC(ctx, f.kyc(t), query)
		if refused, ok := errors.AsType[*kyc.Error](err); !ok || refused.Status != 429 || time.Since(start) != 0 {
			t.Errorf("%v after %v, want the API's answer at once", err, time.Since(start))
		}
	})
}

func TestCompliancelyTellsOfWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{answers: map[string][]answer{tinPath + "70001": {down, {body: tin}}}}
		var told []time.Duration
		_, _, err := reconcile.Compliancely(t.Context(), f.compliancely(t), reconcile.CompliancelyQuery{
			Received: noon, IDs: []string{"70001"}, Waiting: func(d time.Duration) { told = append(told, d) },
		})
		if err != nil || !slices.Equal(told, []time.Duration{time.Second}) {
			t.Errorf("waited %v, %v; want one wait of a second", told, err)
		}
	})
}
