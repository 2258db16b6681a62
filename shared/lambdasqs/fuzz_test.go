package lambdasqs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"webhookintake/shared/hook"
	"webhookintake/shared/lambdasqs"
	"webhookintake/shared/ledger"
	ledgermemory "webhookintake/shared/ledger/memory"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
	queuememory "webhookintake/shared/queue/memory"
)

// maxItem is the size of DynamoDB's largest item, in bytes:
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const maxItem = 400 << 10

// narrow is a ledger with DynamoDB's limit: it takes no claim whose record would be larger.
type narrow struct{ *ledgermemory.Store }

func (n narrow) Claim(ctx context.Context, rs []ledger.Request) []ledger.Answer {
	answers := make([]ledger.Answer, len(rs))
	for i, r := range rs {
		text, _ := json.Marshal(r) // it has text, numbers and times only
		if len(text)-len(r.Payload) > maxItem {
			answers[i] = ledger.Answer{Status: ledger.Unknown, Err: errors.New("the item is too large")}
			continue
		}
		answers[i] = n.Store.Claim(ctx, []ledger.Request{r})[0]
	}
	return answers
}

// FuzzBatch delivers a message that anybody may have sent, as often as the queue would: it
// never comes for ever, nothing of it is logged, and its neighbour is handled.
func FuzzBatch(f *testing.F) {
	f.Add("{}", "", "", "", "order.paid", uint16(1), uint16(0))
	f.Add("{\"fail\":1}", "", `{"digest":"sha256:00","secret":0}`, "", "order.paid", uint16(600), uint16(0))
	f.Add("{\"never\":1}", "", "", `{"reason":"retry","fence":1}`, "order.paid", uint16(1), uint16(1))
	f.Add("x", "none", "", `{"reason":"cancel","fence":2}`, "order.paid", uint16(2), uint16(2))
	f.Add("e30=", "base64", `{"identity":"key","window_s":3600}`, `{"reason":"replay","fence":1,"handlers":["charge"]}`, "order.paid", uint16(3), uint16(2))
	f.Add("bodies/0a", "vault", `{"at":{"key":"bodies/0a","sha256":"`+strings.Repeat("0a", 32)+`"}}`, "", "order.paid", uint16(1), uint16(0))
	f.Add("{\"panic\":1}", "gzip+base64", "{", `{"reason":"permanent","assume_done":["charge"]}`, "a b", uint16(1), uint16(5))
	f.Fuzz(func(t *testing.T, body, encoding, origin, failure, typ string, receives, days uint16) {
		if !queue.ValidText(body) {
			return // SQS has not delivered that
		}
		attributes := map[string]string{"source": "shop", "provider": "shop", "id": "evt_1", "type": typ, "received": "1790000000000"}
		for name, value := range map[string]string{"encoding": encoding, "origin": origin, "failure": failure} {
			if value != "" {
				attributes[name] = value
			}
		}
		deliverUntilAcked(t, events.SQSMessage{
			MessageId: "m1", ReceiptHandle: "r1", Body: body,
			Attributes:        map[string]string{"ApproximateReceiveCount": strconv.Itoa(int(receives%500) + 1)},
			MessageAttributes: texts(attributes),
		}, int(days%7))
	})
}

func texts(attributes map[string]string) map[string]events.SQSMessageAttribute {
	all := map[string]events.SQSMessageAttribute{}
	for name, value := range attributes {
		all[name] = events.SQSMessageAttribute{DataType: "String", StringValue: &value}
	}
	return all
}

// deliverUntilAcked plays the queue for one message that was sent days ago: it delivers it
// again after the delay that process chose, and gives up after the retention.
func deliverUntilAcked(t *testing.T, r events.SQSMessage, days int) {
	t.Helper()
	began := time.UnixMilli(1790000000000).Add(24 * time.Hour)
	now, sent := began, began.Add(-time.Duration(days)*24*time.Hour)
	r.Attributes["SentTimestamp"] = strconv.FormatInt(sent.UnixMilli(), 10)
	var log bytes.Buffer
	w := worker(t)
	hook.OnProvider(w.Handlers, shop{}, "notify", func(_ context.Context, e hook.Event[json.RawMessage]) error {
		if bytes.Contains(e.Data, []byte("wait")) {
			return hook.RetryAfter(time.Second, errors.New(secretText))
		}
		return nil
	})
	dead := queuememory.New(queuememory.Options{Now: func() time.Time { return now }})
	deferred := &delays{}
	w.Now, w.Ledger, w.Queue, w.DeadLetters = func() time.Time { return now }, narrow{&ledgermemory.Store{}}, deferred, dead
	handle := lambdasqs.Handler(lambdasqs.Options{Worker: w, Log: slog.New(slog.NewJSONHandler(&log, nil))})
	for n := 1; ; n++ {
		neighbour := record(t, "n"+strconv.Itoa(n), `{}`)
		answer, err := handle(t.Context(), events.SQSEvent{Records: []events.SQSMessage{r, neighbour}})
		if err != nil {
			t.Fatal(err)
		}
		for _, failed := range answer.BatchItemFailures {
			if failed.ItemIdentifier != r.MessageId {
				t.Fatalf("delivery %d: the neighbour is not acknowledged:\n%s", n, &log)
			}
		}
		if strings.Contains(log.String(), secretText) {
			t.Fatalf("an error's text is in the log:\n%s", &log)
		}
		if len(answer.BatchItemFailures) == 0 {
			return
		}
		now = now.Add(max(deferred.last, time.Second))
		if now.After(sent.Add(process.DefaultTiming.QueueRetention)) || n > 1000 {
			t.Fatalf("after %d deliveries the message is lost, %v after it was sent:\n%s", n, now.Sub(sent), &log)
		}
		count, _ := strconv.Atoi(r.Attributes["ApproximateReceiveCount"])
		r.Attributes["ApproximateReceiveCount"] = strconv.Itoa(count + 1)
		log.Reset()
	}
}

// delays is a queue that records how long a message is to wait.
type delays struct{ last time.Duration }

func (d *delays) Defer(_ context.Context, all []queue.Deferral) []error {
	for _, one := range all {
		if one.Receipt == "r1" {
			d.last = one.After
		}
	}
	return make([]error, len(all))
}
