package sqs

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"

	"webhookintake/shared/queue"
	"webhookintake/shared/warm"
	"webhookintake/shared/webhook"
)

// Options configure a [Queue].
type Options struct {
	URL         string                  // the queue's URL
	Region      string                  // empty means that in the URL, if it is AWS's
	Endpoint    string                  // of another service with SQS's protocol; empty means AWS's
	Credentials aws.CredentialsProvider // required
	HTTPClient  HTTPClient              // nil means the SDK's; must not time out before the wait of Receive. A [*warm.Client] can be warmed
}

// An HTTPClient sends requests, as [http.Client] does.
type HTTPClient interface {
	Do(*http.Request) (*http.Response, error)
}

// A Queue is one SQS queue. [New] makes one.
type Queue struct {
	url    *string
	client *sqs.Client
	warm   *warm.Client // nil if another client sends the requests
}

var _ queue.Queue = (*Queue)(nil)

// New returns a queue. It sends nothing. The error joins the faults of the options.
func New(o Options) (*Queue, error) {
	if o.Region == "" {
		o.Region = RegionOf(o.URL)
	}
	var faults []error
	if u, err := url.Parse(o.URL); err != nil || u.Host == "" {
		faults = append(faults, errors.New("url: give the queue's URL, as https://sqs.<region>.amazonaws.com/<account>/<name>"))
	}
	if o.Region == "" {
		faults = append(faults, errors.New("region: give it, because the URL does not contain one"))
	}
	if o.Credentials == nil {
		faults = append(faults, errors.New("credentials: give a provider"))
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("queue on SQS: %w", errors.Join(faults...))
	}
	options := sqs.Options{Region: o.Region, Credentials: o.Credentials, Retryer: aws.NopRetryer{}}
	if o.Endpoint != "" {
		options.BaseEndpoint = &o.Endpoint
	}
	if o.HTTPClient != nil {
		options.HTTPClient = o.HTTPClient
	}
	client, _ := o.HTTPClient.(*warm.Client)
	return &Queue{url: &o.URL, client: sqs.New(options), warm: client}, nil
}

// Warm opens a connection to SQS, and goes through all that a first Send does but sending. It
// does nothing if HTTPClient is not a [*warm.Client].
func (q *Queue) Warm(ctx context.Context) {
	if q.warm == nil {
		return
	}
	const answer = `{"MessageId":"-","MD5OfMessageBody":"99914b932bd37a50b983c5e7c90ae93b"}` // the sum of {}, which the SDK compares
	q.warm.Warm(ctx, answer, func(ctx context.Context) {
		_ = q.Send(ctx, queue.Message{Event: webhook.Event{
			Source: "none", Provider: "none", ID: "none", Type: "none", Received: time.Now(), Raw: []byte("{}"),
		}}, 0)
	})
}

// RegionOf returns the region in https://sqs.<region>.amazonaws.com/…, empty for any other
// URL.
func RegionOf(queueURL string) string {
	u, err := url.Parse(queueURL)
	if err != nil {
		return ""
	}
	host, ok := strings.CutPrefix(u.Hostname(), "sqs.")
	region, domain, _ := strings.Cut(host, ".")
	if !ok || !strings.HasPrefix(domain, "amazonaws.com") {
		return ""
	}
	return region
}

// Send implements [queue.Queue].
func (q *Queue) Send(ctx context.Context, m queue.Message, delay time.Duration) error {
	w, err := queue.Encode(m)
	if err != nil {
		return fmt.Errorf("send %s: %w", m.ID, err)
	}
	attributes := make(map[string]types.MessageAttributeValue, len(w.Attributes))
	for name, value := range w.Attributes {
		attributes[name] = types.MessageAttributeValue{DataType: new(attributeType), StringValue: new(value)}
	}
	out, err := q.client.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: q.url, MessageBody: &w.Body, MessageAttributes: attributes, DelaySeconds: queue.Seconds(delay),
	})
	if err != nil {
		return fmt.Errorf("send %s: %w", m.ID, refusal(err))
	}
	if out.MessageId == nil || out.MD5OfMessageBody == nil { // then the SDK did not compare them
		return fmt.Errorf("send %s: %w", m.ID, ErrNoAnswer)
	}
	return nil
}

// refusal marks the errors that say that SQS will never accept the message. A queue's limit
// may be lower than [queue.MaxBytes], and exceeding it has no code.
func refusal(err error) error {
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return err
	}
	text := api.ErrorCode() + " " + api.ErrorMessage() // ElasticMQ puts SQS's codes into the text
	switch {
	case strings.Contains(text, "Message must be shorter than"), strings.Contains(text, "MessageTooLong"):
		return fmt.Errorf("%w: %w", queue.ErrTooLarge, err)
	case strings.Contains(text, "InvalidMessageContents"):
		return fmt.Errorf("%w: %w", queue.ErrInvalid, err)
	}
	return err
}

// attributeType is the type of the attributes of a [queue.Wire].
const attributeType = "String"

// Receive implements [queue.Queue]. SQS waits whole seconds, so wait is rounded down. It
// omits attributes that do not have the type String.
func (q *Queue) Receive(ctx context.Context, limit int, wait time.Duration) ([]queue.Message, error) {
	if limit < 1 || limit > queue.MaxBatch { // the SDK would omit 0, which SQS treats as 1
		return nil, fmt.Errorf("receive: %d messages, want 1 to %d", limit, queue.MaxBatch)
	}
	out, err := q.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl:              q.url,
		MaxNumberOfMessages:   int32(limit),
		WaitTimeSeconds:       int32(min(max(wait, 0), queue.MaxWait) / time.Second),
		MessageAttributeNames: []string{"All"},
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{
			types.MessageSystemAttributeNameApproximateReceiveCount,
			types.MessageSystemAttributeNameSentTimestamp,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("receive: %w", err)
	}
	var received []queue.Message
	for _, m := range out.Messages {
		received = append(received, queue.Decode(wire(m)))
	}
	return received, nil
}

func wire(m types.Message) queue.Wire {
	w := queue.Wire{
		MessageID:  aws.ToString(m.MessageId),
		Receipt:    aws.ToString(m.ReceiptHandle),
		Body:       aws.ToString(m.Body),
		Attributes: map[string]string{},
	}
	for name, value := range m.MessageAttributes {
		if aws.ToString(value.DataType) == attributeType && value.StringValue != nil {
			w.Attributes[name] = *value.StringValue
		}
	}
	// Both are absent only from a service that is not SQS; then they are zero.
	w.Receives = int(number(m.Attributes, types.MessageSystemAttributeNameApproximateReceiveCount))
	if ms := number(m.Attributes, types.MessageSystemAttributeNameSentTimestamp); ms > 0 {
		w.Sent = time.UnixMilli(ms).UTC()
	}
	return w
}

// number reads a system attribute, or returns 0 if there is none.
func number(attributes map[string]string, name types.MessageSystemAttributeName) int64 {
	n, err := strconv.ParseInt(attributes[string(name)], 10, 64)
	if err != nil {
		return 0
	}
	return n
}
