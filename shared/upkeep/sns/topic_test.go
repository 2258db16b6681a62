package sns_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"webhookintake/shared/upkeep/sns"
)

const (
	topicARN  = "arn:aws:sns:eu-central-1:123456789012:alarms"
	published = `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>94f20ce6</MessageId></PublishResult></PublishResponse>`
	denied    = `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>not authorized: the text</Message></Error></ErrorResponse>`
)

var keys = credentials.NewStaticCredentialsProvider("AKIDTEST", "aws-secret-key", "aws-session-token")

// newTopic returns a topic whose requests the function answers.
func newTopic(t *testing.T, answer http.HandlerFunc) *sns.Topic {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	topic, err := sns.New(sns.Options{ARN: topicARN, Endpoint: server.URL, Credentials: keys})
	if err != nil {
		t.Fatal(err)
	}
	return topic
}

// signed returns the signature that the SDK makes for what arrived.
func signed(t *testing.T, r *http.Request, body []byte) string {
	t.Helper()
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := http.NewRequestWithContext(t.Context(), r.Method, "http://"+r.Host+r.URL.Path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	again.Header.Set("Content-Type", r.Header.Get("Content-Type"))
	sum := sha256.Sum256(body)
	of := aws.Credentials{AccessKeyID: "AKIDTEST", SecretAccessKey: "aws-secret-key", SessionToken: "aws-session-token"}
	if err := v4.NewSigner().SignHTTP(t.Context(), of, again, hex.EncodeToString(sum[:]), "sns", "eu-central-1", at); err != nil {
		t.Fatal(err)
	}
	return again.Header.Get("Authorization")
}

func TestPublish(t *testing.T) {
	t.Parallel()
	const text = "intake: 1 event is failing.\n• 1 of shop & co, a=b: ü + 100 %"
	long := strings.Repeat("s", 128)
	for subject, want := range map[string]string{"intake: events are failing": "intake: events are failing", long: long[:99]} {
		topic := newTopic(t, func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			form, err := url.ParseQuery(string(body))
			if err != nil || form.Get("Action") != "Publish" || form.Get("Version") != "2010-03-31" || form.Get("TopicArn") != topicARN ||
				form.Get("Message") != text || form.Get("Subject") != want || len(form) != 5 {
				t.Errorf("published %v, %v", form, err)
			}
			if got := r.Header.Get("Authorization"); r.Method != http.MethodPost || got != signed(t, r, body) {
				t.Errorf("%s with the signature %s", r.Method, got)
			}
			fmt.Fprint(w, published)
		})
		if err := topic.Publish(t.Context(), subject, text); err != nil {
			t.Error(err)
		}
	}
}

func TestPublishFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		answer http.HandlerFunc
		text   string // in the error
		code   string
	}{
		{"denied", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, denied)
		}, "it answered 403 AuthorizationError", "AuthorizationError"},
		{"another server", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>the text</html>") }, "it answered 200", ""},
		{"a code that is none", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, strings.Replace(denied, "AuthorizationError", "the text", 1))
		}, "it answered 400", ""},
		{"the answer is lost", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "EOF", ""},
		{"the answer is cut off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "400")
			fmt.Fprint(w, published)
		}, "unexpected EOF", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := newTopic(t, tt.answer).Publish(t.Context(), "subject", "the text")
			if err == nil || !strings.Contains(err.Error(), tt.text) || strings.Contains(err.Error(), "the text") {
				t.Fatalf("Publish = %v, want %q", err, tt.text)
			}
			if refused, ok := errors.AsType[*sns.StatusError](err); ok && refused.ErrorCode() != tt.code {
				t.Errorf("code = %q", refused.ErrorCode())
			}
		})
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "alarms", "arn:aws:sqs:eu-central-1:123456789012:alarms", "arn:aws:sns::123456789012:alarms"} {
		if _, err := sns.New(sns.Options{ARN: name, Credentials: keys}); !errors.Is(err, sns.ErrARN) {
			t.Errorf("New(%q) = %v", name, err)
		}
	}
}

// A transport keeps the host of the request.
type transport struct{ host string }

func (x *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	x.host = r.URL.Scheme + "://" + r.URL.Host + r.URL.Path
	return nil, errors.New("away")
}

func TestEndpoint(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		topicARN: "https://sns.eu-central-1.amazonaws.com/",
		"arn:aws-cn:sns:cn-north-1:123456789012:alarms": "https://sns.cn-north-1.amazonaws.com.cn/",
	} {
		x := &transport{}
		topic, err := sns.New(sns.Options{ARN: name, Credentials: keys, HTTPClient: &http.Client{Transport: x}})
		if err != nil {
			t.Fatal(err)
		}
		if err := topic.Publish(t.Context(), "s", "m"); err == nil || x.host != want {
			t.Errorf("%s: %v, sent to %s", name, err, x.host)
		}
	}
}
