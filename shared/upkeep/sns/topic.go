package sns

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// MaxSubject is the length of the longest subject of a mail, in characters of ASCII:
// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
const MaxSubject = 99

// Options configure a [Topic].
type Options struct {
	ARN         string                  // of the topic; required
	Endpoint    string                  // of another service with SNS's protocol; empty means AWS's
	Credentials aws.CredentialsProvider // required
	HTTPClient  *http.Client            // nil means http.DefaultClient
}

// A Topic is one topic. [New] makes one.
type Topic struct {
	arn         string
	region      string
	endpoint    string
	credentials aws.CredentialsProvider
	client      *http.Client
	signer      *v4.Signer
}

// ErrARN says that a text is not the ARN of a topic.
var ErrARN = errors.New("give the ARN of an SNS topic, as arn:aws:sns:eu-central-1:123456789012:alarms")

// New returns a topic. It sends nothing. The error is ErrARN.
func New(o Options) (*Topic, error) {
	name, err := arn.Parse(o.ARN)
	if err != nil || name.Service != "sns" || name.Region == "" {
		return nil, ErrARN
	}
	t := &Topic{arn: o.ARN, region: name.Region, endpoint: o.Endpoint, credentials: o.Credentials, client: o.HTTPClient, signer: v4.NewSigner()}
	if t.endpoint == "" {
		t.endpoint = "https://sns." + name.Region + ".amazonaws.com"
		if name.Partition == "aws-cn" {
			t.endpoint += ".cn"
		}
	}
	t.endpoint = strings.TrimSuffix(t.endpoint, "/") + "/"
	if t.client == nil {
		t.client = http.DefaultClient
	}
	return t, nil
}

// Publish publishes a message. The subject, of which subscribers by mail see at most
// [MaxSubject] characters, is ASCII without line breaks. After an error the message may have
// been published.
func (t *Topic) Publish(ctx context.Context, subject, text string) error {
	body := url.Values{
		"Action": {"Publish"}, "Version": {"2010-03-31"}, "TopicArn": {t.arn},
		"Subject": {subject[:min(len(subject), MaxSubject)]}, "Message": {text},
	}.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, t.endpoint, strings.NewReader(body))
	if err != nil {
		return fmt.Errorf("publish to SNS: %w", err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	credentials, err := t.credentials.Retrieve(ctx)
	if err != nil {
		return fmt.Errorf("publish to SNS: credentials: %w", err)
	}
	sum := sha256.Sum256([]byte(body))
	if err := t.signer.SignHTTP(ctx, credentials, request, hex.EncodeToString(sum[:]), "sns", t.region, time.Now()); err != nil {
		return fmt.Errorf("publish to SNS: sign: %w", err)
	}
	response, err := t.client.Do(request)
	if err != nil {
		return fmt.Errorf("publish to SNS: %w", err)
	}
	defer response.Body.Close() //nolint:errcheck // what was read is judged by itself
	if err := outcome(response); err != nil {
		return fmt.Errorf("publish to SNS: %w", err)
	}
	return nil
}

// A StatusError is an answer that does not say that a message was published.
type StatusError struct {
	Status int    // of HTTP
	Code   string // SNS's, such as AuthorizationError; empty if the answer has none
}

// Error returns SNS's code, and the status.
func (e *StatusError) Error() string { return fmt.Sprintf("it answered %d %s", e.Status, e.Code) }

// ErrorCode returns SNS's code, as the errors of other services do.
func (e *StatusError) ErrorCode() string { return e.Code }

const maxAnswer = 8 << 10 // bytes

// outcome returns nil if the answer has the id of the published message. Codes are listed at
// https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html
func outcome(response *http.Response) error {
	var answer struct {
		ID   string `xml:"PublishResult>MessageId"`
		Code string `xml:"Error>Code"`
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return err
	}
	_ = xml.Unmarshal(text, &answer) // another server's is judged by what it does not have
	if response.StatusCode == http.StatusOK && answer.ID != "" {
		return nil
	}
	isOther := func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '.' }
	if len(answer.Code) > 64 || strings.ContainsFunc(answer.Code, isOther) {
		answer.Code = ""
	}
	return &StatusError{Status: response.StatusCode, Code: answer.Code}
}
