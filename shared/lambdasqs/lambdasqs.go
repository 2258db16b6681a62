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
)

// Options connect a worker to the function that it runs in.
type Options struct {
	Worker  *process.Worker
	Log     *slog.Logger       // one line an event; nil means none
	Metrics *telemetry.Metrics // flushed after each batch; nil means none
}

// Handler gives the function's handler, for lambda.StartHandlerFunc. Its error means
// that the function's timeout is longer than the configuration says: nothing was done.
func Handler(o Options) func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
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
			o.Log.WarnContext(ctx, "metrics are lost", telemetry.FieldError, telemetry.ErrorKind(err))
		}
		return answer, nil
	}
}

// checkDeadline refuses to work under a longer timeout than the leases are made for.
func checkDeadline(ctx context.Context, t process.Timing) error {
	if t == (process.Timing{}) {
		t = process.DefaultTiming
	}
	deadline, ok := ctx.Deadline()
	if !ok {
		return nil
	}
	// A second more allows for the clocks of the machines that measure it.
	if left := time.Until(deadline); left > t.Function+time.Second {
		return fmt.Errorf("the function may run %v, but FUNCTION_TIMEOUT_S says %v: set both to the same, or leases end while handlers work",
			left.Round(time.Second), t.Function)
	}
	return nil
}

// Messages reads the messages of an SQS event, as Lambda hands it over.
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
	// Absent or unreadable numbers are unknown, which the zero values say.
	w.Receives, _ = strconv.Atoi(r.Attributes["ApproximateReceiveCount"])
	if ms, err := strconv.ParseInt(r.Attributes["SentTimestamp"], 10, 64); err == nil {
		w.Sent = time.UnixMilli(ms)
	}
	return w
}
