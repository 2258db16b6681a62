package main

import (
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"webhookintake/shared/lambdatest"
	"webhookintake/shared/queue"
	"webhookintake/shared/vault"
	"webhookintake/shared/vault/memory"
	"webhookintake/shared/webhook"
)

// stored puts a body that does what the text says into the vault, and returns its message.
func stored(t *testing.T, v vault.Putter, id, do string) events.SQSMessage {
	t.Helper()
	body, err := json.Marshal(map[string]any{
		"id": id, "type": "text.incoming.sms", "timestamp": 1_790_000_000,
		"data": map[string]any{"from": phone, "to": phone, "body": do + " " + strings.Repeat(phone, 200_000), "timestamp": 1_790_000_000},
	})
	if err != nil {
		t.Fatal(err)
	}
	m := queue.Message{Event: webhook.Event{
		Source: "contiguity", Provider: "contiguity", ID: id, Type: "text.incoming.sms", Received: time.Now().Truncate(time.Millisecond),
	}}
	at := new(queue.Stored)
	if at.Key, at.SHA256, err = vault.PutBody(t.Context(), v, m.Key(), body); err != nil {
		t.Fatal(err)
	}
	m.Origin.Stored = at
	return record(m)
}

// The program reads the bodies that its messages do not have.
func TestStoredBodies(t *testing.T) {
	t.Parallel()
	var denied bool
	v := memory.New(memory.Options{Fault: func(op, _ string) (bool, error) {
		if op == "get" && denied {
			return false, vault.ErrDenied
		}
		return true, nil
	}})
	s3 := lambdatest.NewS3(v)
	t.Cleanup(s3.Server.Close)
	env := maps.Clone(local)
	maps.Copy(env, s3.Env())
	p := lambdatest.Run(t, obedient.Path(t), env)
	keys := func() (keys []string) {
		found, err := v.List(t.Context(), vault.Bodies, "", 10)
		for _, o := range found {
			keys = append(keys, o.Key)
		}
		if err != nil || len(keys) == 0 {
			t.Fatal(errors.Join(err, errors.New("the vault has no body")))
		}
		return keys
	}
	for _, tt := range []struct {
		name, id, do string
		damage       func(key string) error
		again        bool
		log          string
	}{
		{"is there", "evt_1", "ok", nil, false, `"outcome":"handled","handlers":"obey`},
		{"says to fail", "evt_2", "permanent", nil, false, "evt_2 dead-lettered: permanent"},
		{"is gone", "evt_3", "ok", func(key string) error { return v.Delete(t.Context(), key) }, true, "evt_3 put off"},
		{"is another's", "evt_4", "ok", func(key string) error { return v.Put(t.Context(), key, []byte(`{}`)) }, false, "evt_4 dead-lettered: unreadable"},
		{"is denied", "evt_5", "ok", func(string) error { denied = true; return nil }, true, "evt_5 put off"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			message := stored(t, v, tt.id, tt.do)
			if tt.damage != nil {
				for _, key := range keys() {
					if err := tt.damage(key); err != nil {
						t.Fatal(err)
					}
				}
			}
			again, log := invoke(t, p, time.Minute, message)
			if (len(again) > 0) != tt.again || !strings.Contains(log, tt.log) {
				t.Errorf("comes again: %v, want %v; log, want %q:\n%s", again, tt.again, tt.log, log)
			}
		})
	}
	if printed := p.Stdout() + p.Stderr(); strings.Contains(printed, phone) || strings.Contains(printed, vault.Bodies) {
		t.Errorf("the log has a phone number, or a key of the vault:\n%s", printed)
	}
}
