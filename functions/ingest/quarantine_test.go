package main

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/lambdatest"
	"webhookintake/shared/vault"
	"webhookintake/shared/vault/memory"
	"webhookintake/shared/vault/quarantine"
)

// What is refused for its signature is kept, if the vault takes it; the answer is the same.
func TestQuarantine(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, keep string
		fault      error // of the vault
		printed    string
	}{
		{"takes it", "true", nil, `"quarantine":"kept"`},
		{"denies", "true", vault.ErrDenied, `"quarantine":"failed","error":"AccessDenied"`},
		{"is not for that", "", nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sqs, v := newSQS(t), memory.New(memory.Options{Fault: func(op, _ string) (bool, error) {
				if op == "put" {
					return tt.fault == nil, tt.fault
				}
				return true, nil
			}})
			env := withVault(t, sqs, v, "")
			maps.Copy(env, map[string]string{"QUARANTINE": tt.keep})
			p := lambdatest.Run(t, program.Path(t), env)
			forged := signed("contiguity", "", sms)
			forged.body += " "
			if got := send(t, p, forged); got.StatusCode != http.StatusUnauthorized || got.Body != `{"error":"signature_mismatch"}` {
				t.Fatalf("answer = %+v", got)
			}
			found, err := v.List(t.Context(), vault.Quarantine, "", 10)
			if err != nil || (len(found) == 1) != (tt.keep != "" && tt.fault == nil) {
				t.Fatalf("kept %v, %v", found, err)
			}
			if !strings.Contains(p.Stdout(), tt.printed) ||
				tt.printed == "" && strings.Contains(p.Stdout(), "quarantine") {
				t.Errorf("stdout = %s, want %s", p.Stdout(), tt.printed)
			}
			checkOutput(t, p)
			for _, o := range found {
				data, err := v.Get(t.Context(), o.Key)
				if err != nil {
					t.Fatal(err)
				}
				r, err := quarantine.Decode(data)
				if err != nil || string(r.Body) != sms+" " || r.Source != "contiguity" || time.Since(r.At) > time.Hour {
					t.Errorf("kept %+v, %v", r, err)
				}
			}
		})
	}
}
