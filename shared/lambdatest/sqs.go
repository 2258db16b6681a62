package lambdatest

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
)

// An SQS is a server that accepts messages as SQS does and only records them, which is
// enough for a function that sends. [NewSQS] makes one.
type SQS struct {
	Server *httptest.Server
	// Before, if not nil, is called before each message, counted from 1. It may block. If
	// it returns another status than 200, the message is not accepted.
	Before func(r *http.Request, n int) (status int)
	// After, if not nil, is called when a message is accepted and not yet answered.
	After func(n int)

	mu    sync.Mutex
	count int
	sent  []SQSMessage
}

// SQSMessage is a message as it was sent.
type SQSMessage struct {
	Body       string
	Attributes map[string]string
}

// NewSQS starts a server. The caller closes its Server.
func NewSQS() *SQS {
	s := &SQS{}
	s.Server = httptest.NewServer(s)
	return s
}

// Env returns the environment of a program that sends to s.
func (s *SQS) Env() map[string]string {
	return map[string]string{
		"QUEUE_URL":             s.Server.URL + "/123456789012/queue",
		"AWS_ENDPOINT_URL_SQS":  s.Server.URL,
		"AWS_REGION":            "us-east-1",
		"AWS_ACCESS_KEY_ID":     "AKIDTEST",
		"AWS_SECRET_ACCESS_KEY": "aws-secret-key",
		"AWS_SESSION_TOKEN":     "aws-session-token",
	}
}

// Sent returns the accepted messages.
func (s *SQS) Sent() []SQSMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent
}

// ServeHTTP serves SendMessage.
// Protocol: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
func (s *SQS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		MessageBody       string
		MessageAttributes map[string]struct{ StringValue string }
	}
	text, err := io.ReadAll(r.Body)
	if err != nil || json.Unmarshal(text, &in) != nil || r.Header.Get("X-Amz-Target") != "AmazonSQS.SendMessage" {
		http.Error(w, `{"__type":"com.amazonaws.sqs#UnsupportedOperation"}`, http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.count++
	n := s.count
	s.mu.Unlock()
	if s.Before != nil {
		if status := s.Before(r, n); status != http.StatusOK {
			// The refusal quotes the message, to reveal code that prints the texts of errors.
			text, _ := json.Marshal(map[string]string{
				"__type": "com.amazonaws.sqs#ServiceUnavailable", "message": in.MessageBody,
			})
			http.Error(w, string(text), status)
			return
		}
	}
	m := SQSMessage{Body: in.MessageBody, Attributes: map[string]string{}}
	for name, value := range in.MessageAttributes {
		m.Attributes[name] = value.StringValue
	}
	s.mu.Lock()
	s.sent = append(s.sent, m)
	s.mu.Unlock()
	if s.After != nil {
		s.After(n)
	}
	sum := md5.Sum([]byte(in.MessageBody)) // the SDK compares it; it is not for security
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	_, _ = io.WriteString(w, `{"MessageId":"m","MD5OfMessageBody":"`+hex.EncodeToString(sum[:])+`"}`)
}
