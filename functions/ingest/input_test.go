package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"webhookintake/shared/lambdatest"
	"webhookintake/shared/webhook"
)

// Whatever strangers and broken senders send, the program gives an answer of the table,
// prints nothing that it should not, and goes on.
func TestBadInput(t *testing.T) {
	t.Parallel()
	mac := strings.Repeat("0", 64)
	nested := strings.Repeat(`{"a":[`, 100_000) + strings.Repeat(`]}`, 100_000)
	data := func(json string) string { return `{"id":"evt_1","type":"x","data":` + json + `}` }
	large := data(`"` + strings.Repeat(phone, 2<<20/len(phone)) + `"`)
	tests := []struct {
		name string
		send request
		want string // the code, or the id of what is accepted
	}{
		{name: "deep nesting, unsigned", send: request{source: "contiguity", body: nested}, want: "signature_missing"},
		{name: "deep nesting, signed", send: signed("contiguity", "", data(nested)), want: "malformed_body"},
		{name: "deep nesting, signed, no envelope", send: signed("compliancely", "", nested), want: "malformed_body"},
		{name: "nesting as deep as is read", send: signed("contiguity", "", data(strings.Repeat("[", 9000)+strings.Repeat("]", 9000))), want: "evt_1"},
		{name: "repeated keys", send: signed("contiguity", "", `{"id":"evt_0","type":"a","id":"evt_1","type":"b"}`), want: "evt_1"},
		{name: "repeated keys, the last is bad", send: signed("contiguity", "", `{"id":"evt_1","type":"a","id":7}`), want: "invalid_id"},
		{name: "keys in other case", send: signed("kyc", "", `{"ID":"evt_1","Type":"a"}`), want: "missing_id"},
		{name: "invalid UTF-8", send: asBase64(signed("contiguity", "", data("\"\xff\xfe\xc0\x80\""))), want: "evt_1"},
		{name: "invalid UTF-8 in the id", send: asBase64(signed("contiguity", "", "{\"id\":\"\xff\",\"type\":\"x\"}")), want: "invalid_id"},
		{name: "NUL", send: asBase64(signed("contiguity", "", "\x00")), want: "malformed_body"},
		{name: "2 MB", send: signed("contiguity", "", large), want: "evt_1"},
		{name: "2 MB, unsigned", send: request{source: "kyc", body: large}, want: "signature_missing"},

		{name: "5,000 characters of signature", send: withSignature(strings.Repeat("7", 5000)), want: "signature_malformed"},
		{name: "5,000 characters of signatures", send: withSignature("t=1" + strings.Repeat(",v1="+mac, 5000/68)), want: "signature_mismatch"},
		{name: "5,000 characters of times", send: withSignature(strings.Repeat("t=1,", 1250) + "v1=" + mac), want: "signature_malformed"},
		{name: "negative time", send: withSignature("t=-1,v1=" + mac), want: "signature_malformed"},
		{name: "overflowing time", send: withSignature("t=99999999999999999999,v1=" + mac), want: "signature_malformed"},
		{name: "largest time", send: withSignature("t=999999999999,v1=" + mac), want: "signature_mismatch"},
		{name: "time in the body overflows", send: signed("contiguity", "", `{"id":"evt_1","type":"x","timestamp":1e999}`), want: "evt_1"},
		{name: "negative time in the body", send: signed("kyc", "", `{"id":"evt_1","type":"x","created":"-1"}`), want: "timestamp_outside_window"},
		{name: "kyc time overflows", send: kycTime("9223372036854775808"), want: "evt_1"},
		{name: "kyc time negative", send: kycTime("-1"), want: "evt_1"},

		{name: "odd source", send: request{source: "../\x00" + phone, body: sms}, want: "unknown_source"},
		{name: "odd method", send: request{method: "\xff\n", source: "contiguity"}, want: "method"},
		{name: "odd query", send: request{source: "contiguity", query: "%zz=&;;=%", body: sms}, want: "signature_missing"},
		{name: "odd header", send: request{source: "contiguity", header: http.Header{"\x00 ": {"\xff"}}, body: sms}, want: "signature_missing"},
	}
	sqs := newSQS(t)
	p := lambdatest.Run(t, program.Path(t), with(sqs, nil))
	for _, tt := range tests {
		before := len(sqs.Sent())
		got := send(t, p, tt.send)
		want, queued := refusal(webhook.Code(tt.want)), 0
		if strings.HasPrefix(tt.want, "evt_") {
			want, queued = fmt.Sprintf(`{"status":"accepted","id":%q}`, tt.want), 1
		}
		if got.Body != want || got.StatusCode >= 500 {
			t.Errorf("%s: answer = %d %s, want %s", tt.name, got.StatusCode, got.Body, want)
		}
		if n := len(sqs.Sent()) - before; n != queued {
			t.Errorf("%s: %d messages queued, want %d", tt.name, n, queued)
		}
	}
	checkOutput(t, p)
	if p.Stderr() != "" {
		t.Errorf("stderr = %s", p.Stderr())
	}
}

func kycTime(text string) request {
	r := signed("kyc", "evt_1", `{"id":"evt_1","type":"x"}`)
	r.header.Set("X-Webhook-Timestamp", text)
	return r
}
