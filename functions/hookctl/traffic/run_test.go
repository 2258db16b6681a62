package traffic_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/traffic"
	"webhookintake/shared/webhook"
)

// TestRunFollowsTheSchedule wants requests at the times of the schedule, authentic, of all
// types, and with new ids in each run.
func TestRunFollowsTheSchedule(t *testing.T) {
	t.Parallel()
	for _, provider := range traffic.Names() {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				plan := traffic.Plan{Events: 100, Rate: 20, Seed: 5, Faults: traffic.Faults{Reorder: 0.2}}
				ids, types := map[string]bool{}, map[string]bool{}
				for range 2 {
					r := &receiver{answer: answers(200)}
					o := options(t, provider, r, plan)
					report := run(t.Context(), t, o)
					var want []time.Duration
					for _, d := range plan.Schedule(len(o.Samples)) {
						want = append(want, d.At.Round(time.Millisecond))
					}
					if diff := cmp.Diff(want, r.times()); diff != "" {
						t.Errorf("times of requests (-want +got):\n%s", diff)
					}
					for _, one := range r.got {
						verified, err := dialect.Sources()[provider].Verifier.Verify(one.Request)
						if err != nil {
							t.Fatal(err)
						}
						ids[verified.ID], types[verified.Type] = true, true
					}
					if report.Accepted != 100 || report.Behind != 0 {
						t.Errorf("%+v, behind %v", report.Counts, report.Behind)
					}
					if len(types) != len(o.Samples) {
						t.Errorf("%d types arrived, want %d", len(types), len(o.Samples))
					}
				}
				if len(ids) != 200 {
					t.Errorf("%d ids in two runs of 100 events", len(ids))
				}
			})
		})
	}
}

// TestInFlight lets the receiver take 3 s for each of 500 events a second. The number of open
// requests stays within its limit, and the report says that sending fell behind.
func TestInFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{answer: func(int) (int, time.Duration) { return 200, 3 * time.Second }}
		report := run(t.Context(), t, options(t, "kyc", r, traffic.Plan{Events: 1100, Rate: 500, Seed: 5}))
		if r.most != 512 || report.Accepted != 1100 {
			t.Errorf("%d requests open at once, %d accepted", r.most, report.Accepted)
		}
		if time.Duration(report.Behind) < time.Second {
			t.Errorf("behind by %v", report.Behind)
		}
	})
}

// TestInterrupted ends a run while answers are due and deliveries wait for another try. The
// answers count, and nothing is tried again.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{answer: func(n int) (int, time.Duration) {
			if n < 10 {
				return 503, 0
			}
			return 200, 4 * time.Second
		}}
		o := options(t, "kyc", r, traffic.Plan{Events: 100, Rate: 10, Seed: 5})
		var last traffic.Progress
		o.Progress = func(p traffic.Progress) { last = p }
		ctx, cancel := context.WithTimeout(t.Context(), 6*time.Second)
		defer cancel()
		report := run(ctx, t, o)
		want := traffic.Counts{Sent: 60, Accepted: 50, Unfinished: 10}
		if diff := cmp.Diff(want, report.Counts); diff != "" {
			t.Errorf("counts (-want +got):\n%s", diff)
		}
		if err := report.Err(); !errors.Is(err, traffic.ErrInterrupted) || errors.Is(err, traffic.ErrLost) {
			t.Errorf("Err = %v, want %v alone", err, traffic.ErrInterrupted)
		}
		if last.Counts != report.Counts || last.Waiting != 10 {
			t.Errorf("the last progress was %+v", last)
		}
	})
}

func TestProgress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{answer: answers(503, 200)}
		o := options(t, "compliancely", r, one)
		var lines []string
		o.Progress = func(p traffic.Progress) { lines = append(lines, p.String()) }
		run(t.Context(), t, o)
		text := strings.Join(lines, "\n")
		for _, want := range []string{
			"10s  sent 1  accepted 0  retried 0  refused 0  lost 0  waiting 1, next try in 2m51s  last failure: 503 queue_unavailable",
			"3m0s  sent 1  accepted 1  retried 1  refused 0  lost 0  last failure",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("no line %q in\n%s", want, text)
			}
		}
	})
}

// TestReasons wants the kinds of errors reported, without their texts.
func TestReasons(t *testing.T) {
	t.Parallel()
	private := errors.New("private-1234")
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"refused", &net.OpError{Op: "dial", Err: private}, "no connection"},
		{"reset", &net.OpError{Op: "read", Err: private}, "connection broken"},
		{"anything", private, "connection broken"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := options(t, "compliancely", &receiver{}, one)
				o.Transport = broken{tt.err}
				report := run(t.Context(), t, o)
				if diff := cmp.Diff(map[string]int{tt.want: 3}, report.Failures); diff != "" {
					t.Errorf("failures (-want +got):\n%s", diff)
				}
			})
		})
	}
}

type broken struct{ err error }

func (b broken) RoundTrip(*http.Request) (*http.Response, error) { return nil, b.err }

func TestRunWithoutSamples(t *testing.T) {
	t.Parallel()
	if _, err := traffic.Run(t.Context(), traffic.Options{}); !errors.Is(err, traffic.ErrNoSample) {
		t.Errorf("Run = %v, want %v", err, traffic.ErrNoSample)
	}
}

// TestOwnSettings wants requests signed as the settings say.
func TestOwnSettings(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &receiver{answer: answers(200)}
		o := options(t, "kyc", r, one)
		o.Settings = webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret("own")}, Signed: "timestamp.body"}
		run(t.Context(), t, o)
		v, err := o.Samples[0].Provider.Configure(o.Settings)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v.Verify(r.got[0].Request); err != nil {
			t.Errorf("Verify = %v", err)
		}
	})
}
