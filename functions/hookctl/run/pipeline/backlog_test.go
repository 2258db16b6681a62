package pipeline_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/shared/hook"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/queue"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// An event costs the same however many wait behind it.
func BenchmarkBacklog(b *testing.B) {
	var handlers hook.Registry
	hook.On(&handlers, contiguity.TextIncomingSMS, "count",
		func(context.Context, hook.Event[contiguity.Text]) error { return nil })
	for _, waiting := range []int{1_000, 100_000} {
		b.Run(fmt.Sprint(waiting), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				p := pipeline.New(pipeline.Options{Sources: source.Fixed(nil), Handlers: &handlers})
				wait(b, p, waiting)
				b.StartTimer()
				drain(b, p, waiting)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*waiting), "ns/event")
		})
	}
}

// wait puts messages of as many events into the queue.
func wait(b *testing.B, p *pipeline.Pipeline, events int) {
	b.Helper()
	for i := range events {
		m := queue.Message{Event: webhook.Event{
			Source: "contiguity", Provider: "contiguity", ID: fmt.Sprint("evt_", i), Type: "text.incoming.sms", Received: time.Now(),
			Raw: []byte(`{"id":"evt_1","type":"text.incoming.sms","data":{"from":"+15005550001"}}`),
		}}
		if err := p.Queue.Send(b.Context(), m, 0); err != nil {
			b.Fatal(err)
		}
	}
}

func drain(b *testing.B, p *pipeline.Pipeline, events int) {
	b.Helper()
	for events > 0 {
		worked, err := p.Step(b.Context(), 0)
		if err != nil || len(worked) == 0 {
			b.Fatalf("%d events left: %d worked, %v", events, len(worked), err)
		}
		events -= len(worked)
	}
}
