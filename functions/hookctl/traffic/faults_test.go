package traffic_test

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/traffic"
	"webhookintake/shared/webhook"
)

// TestForgeriesDoNotVerify sends only forged events. None is authentic, and each kind of
// forgery occurs.
func TestForgeriesDoNotVerify(t *testing.T) {
	t.Parallel()
	for _, provider := range traffic.Names() {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := &receiver{answer: answers(http.StatusUnauthorized)}
				plan := traffic.Plan{Events: 60, Rate: 100, Seed: 3, Faults: traffic.Faults{Forged: 1}}
				report := run(t.Context(), t, options(t, provider, r, plan))
				if want := (traffic.Counts{Sent: 60, Refused: 60}); report.Counts != want || report.Err() != nil {
					t.Errorf("report %+v, %v; want %+v", report.Counts, report.Err(), want)
				}
				why := map[webhook.Code]int{}
				for _, one := range r.got {
					_, err := dialect.Sources()[provider].Verifier.Verify(one.Request)
					code, ok := errors.AsType[webhook.Code](err)
					if !ok {
						t.Errorf("Verify of a forged one = %v", err)
					}
					why[code]++
				}
				if why[webhook.ErrSignatureMissing] == 0 || why[webhook.ErrSignatureMismatch] < 20 || len(why) != 2 {
					t.Errorf("refused for %v; want missing and mismatch", why)
				}
			})
		})
	}
}

// TestForgedAnswers wants forged deliveries judged by the receiver's answers.
func TestForgedAnswers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		statuses []int
		counts   traffic.Counts
		want     error
	}{
		{"accepted", []int{200}, traffic.Counts{Sent: 1, ForgedAccepted: 1}, traffic.ErrForgedAccepted},
		{"accepted at a second try", []int{503, 200}, traffic.Counts{Sent: 1, Retried: 1, ForgedAccepted: 1}, traffic.ErrForgedAccepted},
		{"refused", []int{403}, traffic.Counts{Sent: 1, Refused: 1}, nil},
		{"refused at a second try", []int{503, 401}, traffic.Counts{Sent: 1, Retried: 1, Refused: 1}, nil},
		{"no judgment", []int{503}, traffic.Counts{Sent: 1, Retried: 1, ForgedUnanswered: 1}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				plan := one
				plan.Faults.Forged = 1
				report := run(t.Context(), t, options(t, "kyc", &receiver{answer: answers(tt.statuses...)}, plan))
				if diff := cmp.Diff(tt.counts, report.Counts); diff != "" {
					t.Errorf("counts (-want +got):\n%s", diff)
				}
				if err := report.Err(); !errors.Is(err, tt.want) {
					t.Errorf("Err = %v, want %v", err, tt.want)
				}
			})
		})
	}
}

// TestAuthenticRefused wants a 401 to an authentic delivery to be a loss.
func TestAuthenticRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		report := run(t.Context(), t, options(t, "contiguity", &receiver{answer: answers(401)}, one))
		if want := (traffic.Counts{Sent: 1, Retried: 1, Lost: 1}); report.Counts != want {
			t.Errorf("%+v, want %+v", report.Counts, want)
		}
	})
}

// TestDuplicatesAreTheSame wants each event twice, with the same bytes.
func TestDuplicatesAreTheSame(t *testing.T) {
	t.Parallel()
	for _, provider := range traffic.Names() {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := &receiver{answer: answers(200)}
				plan := traffic.Plan{Events: 50, Rate: 100, Seed: 3, Faults: traffic.Faults{Duplicate: 1}}
				report := run(t.Context(), t, options(t, provider, r, plan))
				if report.Sent != 100 || report.Accepted != 100 || report.Faulty.Duplicate != 50 {
					t.Errorf("%+v, %+v", report.Counts, report.Faulty)
				}
				bodies, ids := map[string]int{}, map[string]bool{}
				for _, one := range r.got {
					bodies[string(one.body)]++
					verified, err := dialect.Sources()[provider].Verifier.Verify(one.Request)
					if err != nil {
						t.Error(err)
					}
					ids[verified.ID] = true
				}
				for body, n := range bodies {
					if n != 2 {
						t.Errorf("%d times %s", n, body)
					}
				}
				if len(ids) != 50 {
					t.Errorf("%d ids of 50 events", len(ids))
				}
			})
		})
	}
}

// TestSlow wants a try repeated after a dropped connection, nothing lost, and an answer that
// is read slowly to count.
func TestSlow(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		after time.Duration // until the answer
	}{
		{"answered before the connection is dropped", 0},
		{"answered after", time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := &receiver{answer: func(int) (int, time.Duration) { return 200, tt.after }}
				plan := traffic.Plan{Events: 40, Rate: 10, Seed: 3, Faults: traffic.Faults{Slow: 1}}
				report := run(t.Context(), t, options(t, "kyc", r, plan))
				hungUp := report.Faulty.HungUp
				want := traffic.Counts{Sent: 40, Accepted: 40, Retried: hungUp}
				if report.Counts != want || report.Err() != nil || len(report.Failures) != 0 {
					t.Errorf("%+v, %v, failures %v; want %+v", report.Counts, report.Err(), report.Failures, want)
				}
				if hungUp == 0 || report.Faulty.SlowRead != 40-hungUp || len(r.got) != 40+hungUp {
					t.Errorf("%+v and %d requests", report.Faulty, len(r.got))
				}
			})
		})
	}
}

// TestForgersDoNotStop wants forged deliveries sent although the provider has stopped
// sending: they are not the provider's.
func TestForgersDoNotStop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{answer: answers(503)}
		plan := traffic.Plan{Events: 200, Rate: 10, Seed: 3, Faults: traffic.Faults{Forged: 0.5}}
		report := run(t.Context(), t, options(t, "contiguity", r, plan))
		if report.NotSent == 0 || report.Faulty.Forged < 80 || report.ForgedUnanswered != report.Faulty.Forged {
			t.Errorf("%+v, %+v; want each forged one sent", report.Counts, report.Faulty)
		}
	})
}
