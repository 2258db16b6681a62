package lambdasqs

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"webhookintake/shared/process"
	"webhookintake/shared/queue"
	"webhookintake/shared/telemetry"
	"webhookintake/shared/webhook"
)

// Options configure [Handler].
type Options struct {
	Worker  *process.Worker
	Log     *slog.Logger       // gets one line for each event; nil means no log
	Metrics *telemetry.Metrics // flushed after each batch; nil means no metrics
}

// A Func handles one batch. It is a handler for lambda.Start.
type Func func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)

// Handler returns the function's handler. The error of the handler means that the function's
// timeout is longer than configured, and that nothing was done.
func Handler(o Options) Func {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return func(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
		answer := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
		if err := checkDeadline(ctx, o.Worker.Timing); err != nil {
			return answer, err
		}
		results := o.Worker.Batch(ctx, Messages(e))
		for _, r := range results {
			logResult(ctx, o.Log, r)
			if !r.Acked {
				answer.BatchItemFailures = append(answer.BatchItemFailures,
					events.SQSBatchItemFailure{ItemIdentifier: r.Message.Wire.MessageID})
			}
		}
		count(o.Metrics, results)
		if err := o.Metrics.Flush(); err != nil {
			o.Log.WarnContext(ctx, "metrics are lost", telemetry.FieldError, webhook.ErrorKind(err))
		}
		return answer, nil
	}
}

// checkDeadline returns an error if the function may run longer than the leases allow.
func checkDeadline(ctx context.Context, t process.Timing) error {
	if t == (process.Timing{}) {
		t = process.DefaultTiming
	}
	deadline, ok := ctx.Deadline()
	if !ok {
		return nil
	}
	// A second more allows for differences between the clocks.
	if left := time.Until(deadline); left > t.Function+time.Second {
		return fmt.Errorf("the function may run %v, but FUNCTION_TIMEOUT_S says %v: set both to the same, or leases end while handlers work",
			left.Round(time.Second), t.Function)
	}
	return nil
}

// Messages returns the messages of an SQS event, as Lambda passes it.
func Messages(e events.SQSEvent) []queue.Message {
	ms := make([]queue.Message, len(e.Records))
	for i, r := range e.Records {
		ms[i] = queue.Decode(wire(r))
	}
	return ms
}

func wire(r events.SQSMessage) queue.Wire {
	w := queue.Wire{
		MessageID: r.MessageId, Receipt: r.ReceiptHandle, Body: r.Body,
		Attributes: make(map[string]string, len(r.MessageAttributes)),
	}
	for name, a := range r.MessageAttributes {
		if a.StringValue != nil {
			w.Attributes[name] = *a.StringValue
		}
	}
	// Absent or unreadable numbers stay zero, which means unknown.
	w.Receives, _ = strconv.Atoi(r.Attributes["ApproximateReceiveCount"])
	if ms, err := strconv.ParseInt(r.Attributes["SentTimestamp"], 10, 64); err == nil {
		w.Sent = time.UnixMilli(ms)
	}
	return w
}
