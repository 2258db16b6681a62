package main

import (
	"encoding/base64"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/lambdatest"
	"webhookintake/shared/webhook"
)

// sms is a body of Contiguity.
const sms = `{"id":"evt_1","type":"text.incoming.sms","timestamp":1760000000,"data":{"from":"` + phone + `"}}`

// The rows of the table of answers that need no fault of the queue or the secret.
func TestTable(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		send   request
		status int
		answer string
		header string // "Name: value"
	}{
		{name: "contiguity", send: signed("contiguity", "", sms), status: 200, answer: `{"status":"accepted","id":"evt_1"}`},
		{name: "kyc", send: signed("kyc", "evt_2", `{"id":"evt_2","type":"kyc.session.created","data":{"phone":"`+phone+`"}}`),
			status: 200, answer: `{"status":"accepted","id":"evt_2"}`},
		{name: "compliancely", send: signed("compliancely", "", `{"a":1}`), status: 200,
			answer: `{"status":"accepted","id":"sha256:015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"}`},
		{name: "base64", send: asBase64(signed("contiguity", "", sms+" \r\n")), status: 200, answer: `{"status":"accepted","id":"evt_1"}`},
		{name: "health", send: request{method: "GET", path: "/healthz"}, status: 200, answer: `{"status":"ok"}`},

		{name: "not JSON", send: signed("contiguity", "", phone), status: 400, answer: refusal(webhook.ErrMalformedBody)},
		{name: "not base64", send: request{source: "contiguity", body: "e30", raw: true}, status: 400, answer: refusal(webhook.ErrMalformedBody)},
		{name: "no id", send: signed("contiguity", "", `{"type":"x"}`), status: 400, answer: refusal(webhook.ErrMissingID)},
		{name: "no type", send: signed("kyc", "evt_1", `{"id":"evt_1"}`), status: 400, answer: refusal(webhook.ErrMissingType)},
		{name: "id with a space", send: signed("kyc", "", `{"id":"evt 1","type":"x"}`), status: 400, answer: refusal(webhook.ErrInvalidID)},
		{name: "type is a list", send: signed("contiguity", "", `{"id":"evt_1","type":["x"]}`), status: 400, answer: refusal(webhook.ErrInvalidType)},
		{name: "header id differs", send: signed("kyc", "evt_3", `{"id":"evt_1","type":"x"}`), status: 400, answer: refusal(webhook.ErrIDMismatch)},

		{name: "no signature", send: request{source: "contiguity", body: sms}, status: 401, answer: refusal(webhook.ErrSignatureMissing)},
		{name: "malformed signature", send: withSignature("v1=" + phone), status: 401, answer: refusal(webhook.ErrSignatureMalformed)},
		{name: "wrong signature", send: altered(signed("contiguity", "", sms)), status: 401, answer: refusal(webhook.ErrSignatureMismatch)},
		{name: "signed too long ago", send: signedBefore(time.Hour), status: 401, answer: refusal(webhook.ErrTimestampOutsideWindow)},

		{name: "unknown source", send: request{source: phone, body: sms}, status: 404, answer: refusal(webhook.ErrUnknownSource)},
		{name: "no such path", send: request{path: "/other", body: sms}, status: 404, answer: refusal(webhook.ErrNotFound)},
		{name: "GET", send: request{method: "GET", source: "contiguity"}, status: 405, answer: refusal(webhook.ErrMethod), header: "Allow: POST"},
		{name: "over 6 MiB", send: request{source: "contiguity", body: strings.Repeat("7", 6<<20+1)}, status: 413, answer: refusal(webhook.ErrTooLarge)},
		{name: "over the queue's limit", send: signed("contiguity", "", `{"id":"evt_1","type":"x","pad":"`+noise(1<<20)+`"}`),
			status: 413, answer: refusal(webhook.ErrTooLarge)},
	}
	sqs := newSQS(t)
	p := lambdatest.Run(t, program.Path(t), with(sqs, nil))
	for _, tt := range tests {
		before := len(sqs.Sent())
		got := send(t, p, tt.send)
		if got.StatusCode != tt.status || got.Body != tt.answer {
			t.Errorf("%s: answer = %d %s, want %d %s", tt.name, got.StatusCode, got.Body, tt.status, tt.answer)
		}
		name, value, _ := strings.Cut(tt.header, ": ")
		if got.Headers[name] != value {
			t.Errorf("%s: header %s = %q, want %q", tt.name, name, got.Headers[name], value)
		}
		queued := sqs.Sent()[before:]
		if accepted := strings.Contains(tt.answer, "accepted"); accepted != (len(queued) == 1) {
			t.Errorf("%s: %d messages queued with the answer %s", tt.name, len(queued), got.Body)
		} else if accepted && queued[0].Body != tt.send.body {
			t.Errorf("%s: queued %q, sent %q", tt.name, queued[0].Body, tt.send.body)
		}
	}
	checkOutput(t, p)
}

func asBase64(r request) request { r.base64 = true; return r }

func altered(r request) request { r.body += " "; return r }

func withSignature(text string) request {
	return request{source: "contiguity", header: http.Header{"Contiguity-Signature": {text}}, body: sms}
}

func signedBefore(d time.Duration) request {
	r := providers()["contiguity"].Sign(settings("contiguity"), "", []byte(sms), time.Now().Add(-d))
	return request{source: "contiguity", header: r.Header, body: sms}
}

// noise returns text that does not compress below n bytes.
func noise(n int) string {
	random := rand.New(rand.NewPCG(1, 2))
	bytes := make([]byte, n)
	for i := range bytes {
		bytes[i] = byte(random.Uint32())
	}
	return base64.StdEncoding.EncodeToString(bytes)
}
