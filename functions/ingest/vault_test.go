package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"webhookintake/shared/ingest"
	"webhookintake/shared/lambdatest"
	"webhookintake/shared/queue"
	"webhookintake/shared/telemetry"
	"webhookintake/shared/vault"
	"webhookintake/shared/vault/memory"
	"webhookintake/shared/webhook"
)

// withVault returns the environment of a program that sends to sqs and has a vault.
func withVault(t *testing.T, sqs *lambdatest.SQS, v *memory.Vault, spill string) map[string]string {
	t.Helper()
	s3 := lambdatest.NewS3(v)
	t.Cleanup(s3.Server.Close)
	env := with(sqs, s3.Env())
	maps.Copy(env, map[string]string{"SPILL": spill})
	return env
}

// photo is an e-mail with an attachment of n bytes.
func photo(n int) string {
	image := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(image) // it never fails
	return `{"id":"evt_1","type":"email.incoming","timestamp":1760000000,"data":{"from":"` + phone + `","attachment":"` +
		base64.StdEncoding.EncodeToString(image) + `"}}`
}

func TestLargeBody(t *testing.T) {
	t.Parallel()
	sqs, v := newSQS(t), memory.New(memory.Options{})
	p := lambdatest.Run(t, program.Path(t), withVault(t, sqs, v, ""))
	body := photo(3 << 20)
	if got := send(t, p, signed("contiguity", "", body)); got.StatusCode != http.StatusOK {
		t.Fatalf("answer = %+v", got)
	}
	sent := sqs.Sent()
	if len(sent) != 1 {
		t.Fatalf("%d messages, want one", len(sent))
	}
	m := queue.Decode(queue.Wire{Body: sent[0].Body, Attributes: sent[0].Attributes})
	if m.Unreadable != nil || m.Origin.Stored == nil {
		t.Fatalf("the message says %+v, unreadable %v", m.Origin, m.Unreadable)
	}
	if stored, err := v.Get(t.Context(), m.Origin.Stored.Key); err != nil || string(stored) != body {
		t.Errorf("stored %d bytes, %v, want the body", len(stored), err)
	}
	checkOutput(t, p)
}

// Without the bucket, ordinary webhooks are accepted, and the log of one that needs it says why
// it is not.
func TestNoBucket(t *testing.T) {
	t.Parallel()
	sqs, v := newSQS(t), memory.New(memory.Options{})
	env := withVault(t, sqs, v, "true")
	env["VAULT_BUCKET"] = "not-there"
	p := lambdatest.Run(t, program.Path(t), env)
	if got := send(t, p, signed("contiguity", "", sms)); got.StatusCode != http.StatusOK || strings.Contains(p.Stdout(), "NoSuchBucket") {
		t.Errorf("answer = %+v, stdout = %s", got, p.Stdout())
	}
	got := send(t, p, signed("contiguity", "", photo(3<<20)))
	if got.StatusCode != http.StatusServiceUnavailable || strings.Count(p.Stdout(), "the vault's bucket does not exist") != 1 {
		t.Errorf("answer to a large webhook = %+v, stdout = %s", got, p.Stdout())
	}
	checkOutput(t, p)
}

// The log says once that the bucket is missing, and again only if it was there in between.
func TestNoBucketIsSaidOnce(t *testing.T) {
	t.Parallel()
	gone := fmt.Errorf("vault put: %w", vault.ErrNoBucket)
	large := ingest.Report{Status: http.StatusServiceUnavailable, Err: errors.Join(webhook.ErrQueueUnavailable, gone)}
	refused := ingest.Report{Status: http.StatusUnauthorized, Err: webhook.ErrSignatureMismatch, Quarantine: ingest.NotWritten, NotKept: gone}
	down := ingest.Report{Status: http.StatusServiceUnavailable, Err: webhook.ErrQueueUnavailable}
	kept := refused
	kept.Quarantine, kept.NotKept = ingest.Kept, nil
	var out bytes.Buffer
	log, err := telemetry.NewLogger(&out, "")
	if err != nil {
		t.Fatal(err)
	}
	said := report(log, nil)
	for i, step := range []struct {
		report ingest.Report
		want   int // times in all
	}{
		{ingest.Report{Status: http.StatusOK}, 0},
		{down, 0},
		{refused, 1}, {large, 1}, {ingest.Report{Status: http.StatusOK}, 1}, {large, 1},
		{kept, 1}, {refused, 2}, {refused, 2},
		{ingest.Report{Status: http.StatusOK, Stored: true}, 2}, {large, 3},
		{ingest.Report{Status: http.StatusOK, Spilled: true}, 3}, {large, 4},
	} {
		said(t.Context(), step.report)
		if got := strings.Count(out.String(), "the vault's bucket does not exist"); got != step.want {
			t.Errorf("step %d: said %d times, want %d", i, got, step.want)
		}
	}
}

// The queue is away. What is spilled can be sent later as it would have been.
func TestSpill(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, spill string
		fault       error // of the vault
		status      int
	}{
		{"takes it", "true", nil, http.StatusOK},
		{"denies", "true", vault.ErrDenied, http.StatusServiceUnavailable},
		{"is full", "true", errors.New("full"), http.StatusServiceUnavailable},
		{"is not for that", "false", nil, http.StatusServiceUnavailable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sqs := newSQS(t)
			sqs.Before = func(*http.Request, int) int { return http.StatusServiceUnavailable }
			v := memory.New(memory.Options{Fault: func(op, _ string) (bool, error) {
				if op == "put" {
					return tt.fault == nil, tt.fault
				}
				return true, nil
			}})
			p := lambdatest.Run(t, program.Path(t), withVault(t, sqs, v, tt.spill))
			if got := send(t, p, signed("contiguity", "", sms)); got.StatusCode != tt.status {
				t.Fatalf("answer = %+v, want %d", got, tt.status)
			}
			found, err := v.List(t.Context(), vault.Spill, "", 10)
			if err != nil || (len(found) == 1) != (tt.status == http.StatusOK) {
				t.Fatalf("spilled %v, %v", found, err)
			}
			checkOutput(t, p)
			if len(found) == 0 {
				return
			}
			data, err := v.Get(t.Context(), found[0].Key)
			if err != nil {
				t.Fatal(err)
			}
			m, err := queue.Unpack(data, webhook.Hasher{})
			if err != nil || m.ID != "evt_1" || !bytes.Equal(m.Raw, []byte(sms)) {
				t.Errorf("spilled %+v, %v", m, err)
			}
			for _, part := range []string{`"Spilled":1`, `"error":"ServiceUnavailable"`, `"level":"WARN"`} {
				if !strings.Contains(p.Stdout(), part) {
					t.Errorf("stdout = %s, without %s", p.Stdout(), part)
				}
			}
		})
	}
}
