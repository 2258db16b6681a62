package console_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/aws/smithy-go"

	"webhookintake/functions/hookctl/console"
	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/monitor"
	"webhookintake/functions/hookctl/operate/tail"
)

// A watched is a Monitor with that report.
type watched monitor.Report

func (w watched) Look(_ context.Context, s monitor.Span) monitor.Report {
	r := monitor.Report(w)
	if len(r.Faults) == 0 {
		r.Bars = make([]monitor.Bar, s.Bars)
		r.Bars[0] = monitor.Bar{At: time.Now(), Received: 7, Refused: 2, Handled: 4, Failed: 3}
	}
	return r
}

// newStack is a world that is shown as a deployed stack is.
func newStack(t *testing.T, m monitor.Monitor, change func(*console.Options)) *world {
	t.Helper()
	return newWorld(t, func(o *console.Options) {
		o.Here, o.Journal, o.Sources, o.Monitor, o.Name, o.Flags = false, nil, nil, m, "stack intake", " --stack intake"
		if change != nil {
			change(o)
		}
	})
}

// A stack's overview has its alarms, what waits, and its traffic.
func TestStackOverview(t *testing.T) {
	t.Parallel()
	since := time.Now().Add(-10 * time.Minute)
	w := newStack(t, watched{
		Oldest: new(90 * time.Second),
		Alarms: []monitor.Alarm{
			{Name: "DeadLetterArrived", State: monitor.AlarmOn, Since: since, Text: "See why with dead list."},
			{Name: "Spilled", State: monitor.AlarmUnknown, Since: since}, {Name: "Throttles", State: monitor.AlarmOff},
		},
	}, nil)
	d := w.get(t, "", http.StatusOK)
	d.wants(t, "Needs you: the alarm DeadLetterArrived is on.", "1m30s age of the oldest message at most", "running processing",
		"DeadLetterArrived on 10m ago See why with dead list.", "Spilled no data", "1 of 3 alarms are off.",
		"In the last hour: 7 received, 2 refused; 4 handled, 3 failed.", "received refused the highest bar is 9", "some minutes late")
	d.lacks(t, "Not shown", "Throttles", "since it started")
	w.receive(t, kyc1, "evt_bad")
	w.receive(t, sms, "evt_again")
	w.get(t, "", http.StatusOK).wants(t, "1 dead letter waits for you, and the alarm DeadLetterArrived is on, and 1 event is being retried")
	w.get(t, "?span=week", http.StatusOK).wants(t, "In the last week: 7 received", "A bar is 2h.")
}

// A denied is an intake of which AWS lets its operator read the ledger alone.
type denied struct{ operate.Intake }

func denial(action string) error {
	return fmt.Errorf("ask: %w", &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "User: arn:aws:iam::1:user/eve is not authorized to perform: " + action + " on resource: x"})
}

func (denied) Counts(context.Context) (operate.Counts, error) {
	return operate.Counts{}, denial("sqs:GetQueueAttributes")
}

func (denied) Processing(context.Context) (operate.ProcessingState, error) {
	return "", denial("lambda:GetEventSourceMapping")
}

// What the operator may not read is missing, with the right that he lacks, and the rest is there.
func TestMissingRights(t *testing.T) {
	t.Parallel()
	w := newStack(t, watched{Faults: []error{denial("cloudwatch:GetMetricData")}}, nil)
	w.options.Intake = denied{w.options.Intake}
	w.enter(t)
	w.get(t, "", http.StatusOK).wants(t, "Not known: a part of this could not be read")
	w.receive(t, kyc1, "evt_bad")
	d := w.get(t, "", http.StatusOK)
	d.wants(t, "Needs you: 1 dead letter waits for you", "open-account failed", "OperatorPolicyArn",
		"lacks the rights sqs:GetQueueAttributes, lambda:GetEventSourceMapping, cloudwatch:GetMetricData.", "It is not known here.")
	d.lacks(t, "in the queue", "processing", "Healthy")
}

// A stack is asked only now and then whether it is paused, and again after an act changed it.
func TestStackPaused(t *testing.T) {
	t.Parallel()
	now, asked := time.Now(), 0
	w := newStack(t, nil, func(o *console.Options) { o.Now = func() time.Time { return now } })
	w.options.Intake = asking{w.Intake(), &asked}
	w.enter(t)
	for range 3 {
		w.get(t, "handlers", http.StatusOK).lacks(t, "Processing is")
	}
	if asked != 1 {
		t.Errorf("asked %d times for three pages", asked)
	}
	w.confirm(t, w.get(t, "act?do=pause", http.StatusOK), "").wants(t, "Processing is paused:")
	if err := w.Intake().SetProcessing(t.Context(), operate.Running); err != nil {
		t.Fatal(err)
	}
	w.get(t, "handlers", http.StatusOK).wants(t, "Processing is paused:")
	now = now.Add(time.Minute)
	w.get(t, "handlers", http.StatusOK).lacks(t, "Processing is")
}

// An asking intake counts how often it is asked whether it is paused.
type asking struct {
	operate.Intake
	asked *int
}

func (a asking) Processing(ctx context.Context) (operate.ProcessingState, error) {
	*a.asked++
	return a.Intake.Processing(ctx)
}

// A stack's refused requests are counted for the time that is asked for.
func TestStackRefused(t *testing.T) {
	t.Parallel()
	var asked []time.Duration
	var answer tail.Refusals
	var fail error
	var w *world
	w = newStack(t, nil, func(o *console.Options) {
		o.Refused = func(_ context.Context, from time.Time) (tail.Refusals, error) {
			asked = append(asked, w.now().Sub(from))
			return answer, fail
		}
	})
	w.get(t, "refused", http.StatusOK).wants(t, "Nothing was refused.", "an hour")
	for i := range 3 * 60 {
		answer.Add(fmt.Sprintf("s%d", i/3), "signature_mismatch", http.StatusUnauthorized, w.now())
	}
	w.get(t, "refused?since=24h", http.StatusOK).wants(t, "signature_mismatch 401 s0 3 0s ago none of the source's secrets", "And 10 rarer causes.", "only the newest are counted")
	w.get(t, "refused?since=never", http.StatusBadRequest).wants(t, "not one like")
	if !slices.Equal(asked, []time.Duration{time.Hour, 24 * time.Hour}) {
		t.Errorf("asked for the last %v", asked)
	}
	fail = denial("logs:FilterLogEvents")
	w.get(t, "refused", http.StatusBadGateway).wants(t, "lacks the right logs:FilterLogEvents")
}

// The cost is that of this month's webhooks, or of as many as the address says.
func TestCost(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 9, 16, 0, 0, 0, 0, time.UTC) // half of the month is over
	var asked monitor.Span
	w := newStack(t, lookFunc(func(s monitor.Span) monitor.Report {
		asked = s
		return monitor.Report{Bars: []monitor.Bar{{Received: 400_000}, {Received: 100_000}}}
	}), func(o *console.Options) { o.Now = func() time.Time { return now } })
	month := w.get(t, "cost", http.StatusOK)
	month.wants(t, "500000 webhooks so far this month, which makes about 1000000 in the whole month.", "A month of 1000000 events", "Sum", "SQS", "hookctl cost")
	if want := (monitor.Span{Bars: 16, Step: 24 * time.Hour}); asked != want {
		t.Errorf("asked for %+v, want %+v", asked, want)
	}
	w.get(t, "cost?events=5000000", http.StatusOK).wants(t, "A month of 5000000 events")
	for _, wrong := range []string{"0", "-1", "x", "1e300", escape(evil)} {
		w.get(t, "cost?events="+wrong, http.StatusBadRequest).wants(t, "events: ")
	}
	w.options.Monitor = watched{Faults: []error{denial("cloudwatch:GetMetricData")}}
	w.enter(t)
	w.get(t, "cost", http.StatusOK).wants(t, "lacks the right cloudwatch:GetMetricData", "A month of 1000000 events")
	newWorld(t, nil).get(t, "cost", http.StatusOK).wants(t, "A month of 1000000 events")
}

// A lookFunc is a Monitor.
type lookFunc func(monitor.Span) monitor.Report

func (f lookFunc) Look(_ context.Context, s monitor.Span) monitor.Report { return f(s) }
