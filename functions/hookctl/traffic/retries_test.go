package traffic_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/traffic"
	"webhookintake/shared/webhook"
)

// one is a plan of one event, in the first second.
var one = traffic.Plan{Events: 1, Rate: 1, Seed: 1}

// gaps returns the times between requests.
func gaps(times []time.Duration) []time.Duration {
	var all []time.Duration
	for i := 1; i < len(times); i++ {
		all = append(all, times[i]-times[i-1])
	}
	return all
}

// TestTries lets every try fail, and wants the provider's waits between them.
func TestTries(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		provider string
		faster   int
		want     []time.Duration
	}{
		{"contiguity", 1, []time.Duration{5 * time.Second, 30 * time.Second}},
		{"kyc", 1, []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute}},
		{"compliancely", 1, []time.Duration{3 * time.Minute, 6 * time.Minute}},
		{"compliancely", 60, []time.Duration{3 * time.Second, 6 * time.Second}},
	} {
		t.Run(tt.provider, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := &receiver{answer: answers(http.StatusServiceUnavailable)}
				o := options(t, tt.provider, r, one)
				o.Profile = o.Profile.Faster(tt.faster)
				report := run(t.Context(), t, o)
				if diff := cmp.Diff(tt.want, gaps(r.times())); diff != "" {
					t.Errorf("waits before tries (-want +got):\n%s", diff)
				}
				want := traffic.Counts{Sent: 1, Retried: 1, Lost: 1}
				if diff := cmp.Diff(want, report.Counts); diff != "" {
					t.Errorf("counts (-want +got):\n%s", diff)
				}
				if err := report.Err(); !errors.Is(err, traffic.ErrLost) {
					t.Errorf("Err = %v, want %v", err, traffic.ErrLost)
				}
				if n := report.Failures["503 queue_unavailable"]; n != len(tt.want)+1 {
					t.Errorf("failures %v", report.Failures)
				}
			})
		})
	}
}

// TestWhatIsSentAgain wants the second try to be the same event, with a new time unless the
// provider signs it only once.
func TestWhatIsSentAgain(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		provider string
		signed   string // the header with the time
		same     bool
	}{
		{"contiguity", "Contiguity-Signature", false},
		{"kyc", "X-Webhook-Timestamp", true},
		{"kyc", "X-Webhook-Signature", true},
		{"compliancely", "Compliancely-Signature", true},
	} {
		t.Run(tt.signed, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := &receiver{answer: answers(http.StatusInternalServerError, http.StatusAccepted)}
				report := run(t.Context(), t, options(t, tt.provider, r, one))
				if want := (traffic.Counts{Sent: 1, Accepted: 1, Retried: 1}); report.Counts != want || report.Err() != nil {
					t.Fatalf("report %+v, %v; want %+v", report.Counts, report.Err(), want)
				}
				first, second := r.got[0], r.got[1]
				if diff := cmp.Diff(string(first.body), string(second.body)); diff != "" {
					t.Errorf("bodies (-first +second):\n%s", diff)
				}
				old, again := first.Header.Get(tt.signed), second.Header.Get(tt.signed)
				if old == "" || (old == again) != tt.same {
					t.Errorf("%s %q and then %q; want the same: %v", tt.signed, old, again, tt.same)
				}
				v := dialect.Sources()[tt.provider].Verifier
				for _, one := range r.got {
					if _, err := v.Verify(one.Request); err != nil {
						t.Errorf("Verify = %v", err)
					}
				}
			})
		})
	}
}

// TestTimestampIsOfTheCreation wants the event's own time in KYC's header at a retry six
// minutes later.
func TestTimestampIsOfTheCreation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{answer: answers(500, 500, 500, 200)}
		run(t.Context(), t, options(t, "kyc", r, one))
		last := r.got[3]
		seconds, ok := webhook.ParseSeconds(last.Header.Get("X-Webhook-Timestamp"))
		verified, err := dialect.Sources()["kyc"].Verifier.Verify(last.Request)
		if err != nil || !ok || verified.Time.Unix() != seconds || last.At.Unix()-seconds < 360 {
			t.Errorf("header %d, event of %d, sent at %d; %v", seconds, verified.Time.Unix(), last.At.Unix(), err)
		}
	})
}

// TestAnswerIsWaitedFor answers just in time and just too late.
func TestAnswerIsWaitedFor(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		provider string
		after    time.Duration
		want     traffic.Counts
	}{
		{"kyc", 9900 * time.Millisecond, traffic.Counts{Sent: 1, Accepted: 1}},
		{"kyc", 10100 * time.Millisecond, traffic.Counts{Sent: 1, Retried: 1, Lost: 1}},
		{"contiguity", 4900 * time.Millisecond, traffic.Counts{Sent: 1, Accepted: 1}},
		{"contiguity", 5100 * time.Millisecond, traffic.Counts{Sent: 1, Retried: 1, Lost: 1}},
	} {
		t.Run(tt.provider+" "+tt.after.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := &receiver{answer: func(int) (int, time.Duration) { return 200, tt.after }}
				report := run(t.Context(), t, options(t, tt.provider, r, one))
				if diff := cmp.Diff(tt.want, report.Counts); diff != "" {
					t.Errorf("counts (-want +got):\n%s", diff)
				}
				if tt.want.Accepted == 1 && time.Duration(report.Acknowledged.P99) != tt.after {
					t.Errorf("acknowledged in %v, want %v", report.Acknowledged, tt.after)
				}
				late := slices.ContainsFunc([]string{"no answer in 5s", "no answer in 10s"}, func(why string) bool { return report.Failures[why] > 0 })
				if late != (tt.want.Lost == 1) {
					t.Errorf("failures %v", report.Failures)
				}
			})
		})
	}
}

// TestStop lets a receiver fail, so that Contiguity stops for half a minute. What is due in
// that time is lost without a request.
func TestStop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{}
		r.answer = func(int) (int, time.Duration) {
			if time.Since(r.began) < 3*time.Second {
				return http.StatusServiceUnavailable, 0
			}
			return http.StatusOK, 0
		}
		report := run(t.Context(), t, options(t, "contiguity", r, traffic.Plan{Events: 400, Rate: 10, Seed: 2}))
		longest := slices.Max(gaps(r.times()))
		if longest < 29*time.Second || longest > 31*time.Second {
			t.Errorf("the longest silence was %v, want the stop of 30 s", longest)
		}
		if report.NotSent < 290 || report.NotSent > 310 || report.Lost != report.NotSent+20 {
			t.Errorf("%d not sent, %d lost; want 300 in 30 s and the 20 that failed before", report.NotSent, report.Lost)
		}
		if report.Accepted != 400-report.Lost {
			t.Errorf("%+v: want the rest accepted", report.Counts)
		}
	})
}

// TestOthersDoNotStop wants KYC to go on sending to a receiver that fails.
func TestOthersDoNotStop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{answer: answers(http.StatusServiceUnavailable)}
		report := run(t.Context(), t, options(t, "kyc", r, traffic.Plan{Events: 100, Rate: 10, Seed: 2}))
		if report.Tries != 400 || report.NotSent != 0 || report.Lost != 100 {
			t.Errorf("%d tries, %+v; want all 4 tries of each", report.Tries, report.Counts)
		}
	})
}

// TestRedirectIsAFailure wants redirects not followed.
func TestRedirectIsAFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{answer: answers(http.StatusTemporaryRedirect)}
		report := run(t.Context(), t, options(t, "compliancely", r, one))
		if report.Lost != 1 || len(r.got) != 3 || !strings.HasPrefix(report.Err().Error(), "1 lost") {
			t.Errorf("%d requests, %+v, %v", len(r.got), report.Counts, report.Err())
		}
	})
}
