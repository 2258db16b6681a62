package quarantine

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/shared/lambdatest"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/vault"
	"webhookintake/shared/vault/memory"
	kept "webhookintake/shared/vault/quarantine"
	"webhookintake/shared/webhook"
)

var commands = clitest.Commands{Command}

func TestMain(m *testing.M) { clitest.Main(m, os.Getenv, commands) }

// TestQuarantine: an operator lists what was refused, puts the right secret, and releases it.
func TestQuarantine(t *testing.T) {
	t.Parallel()
	v := memory.New(memory.Options{Now: func() time.Time { return clitest.Noon }})
	sqs, s3 := lambdatest.NewSQS(), lambdatest.NewS3(v)
	secret := clitest.Secret + "-mistyped"
	secrets := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		document := fmt.Sprintf(`{"contiguity":{"secrets":[%q]}}`, secret)
		_ = json.NewEncoder(w).Encode(map[string]any{"VersionId": "v", "SecretString": document, "CreatedDate": clitest.Noon.Unix()})
	}))
	t.Cleanup(func() { sqs.Server.Close(); s3.Server.Close(); secrets.Close() })
	body := []byte(`{"id":"evt_1","type":"text.incoming.sms","data":{"body":"private"}}`)
	settings := webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret(clitest.Secret)}}
	for _, source := range []string{"contiguity", "removed"} {
		r := kept.Request{Source: source, Code: webhook.ErrSignatureMismatch, Request: contiguity.Provider{}.Sign(settings, "", body, clitest.Noon)}
		r.RawQuery = "token=hidden"
		data, err := kept.Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		key := kept.NewKey(kept.Entry{At: r.At, Source: source, Code: r.Code, NotKept: 1074})
		if err := v.Put(t.Context(), key, data); err != nil {
			t.Fatal(err)
		}
	}
	env := sqs.Env()
	maps.Copy(env, s3.Env())
	env["SOURCES_SECRET_ARN"], env["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = "arn:aws:secretsmanager:us-east-1:1:secret:S", secrets.URL
	for _, step := range []struct {
		args   []string
		fails  bool
		right  bool // the right secret was put
		want   []string
		queued int
		left   int
	}{
		{args: []string{"list"}, left: 2, want: []string{"contiguity  signature_mismatch  1075 refused, 1 kept", "removed"}},
		{args: []string{"list", "--source", "other"}, left: 2, want: []string{"No refused request matches."}},
		{args: []string{"list", "--since", "1h", "--until", "2h"}, fails: true, left: 2, want: []string{"no request matches: --since is not before --until"}},
		{args: []string{"list", "--code", "x"}, fails: true, left: 2, want: []string{"one of signature_missing, signature_malformed, "}},
		{args: []string{"show", "zz"}, fails: true, left: 2, want: []string{"no refused request matches: no id begins with zz"}},
		{args: []string{"release", "zz", "--yes"}, fails: true, left: 2, want: []string{"no refused request matches"}},
		{args: []string{"verify"}, fails: true, left: 2, want: []string{"still refused: signature_mismatch", "there is no source removed any more"}},
		{args: []string{"release", "--all", "--yes"}, fails: true, left: 2, want: []string{"1 refused", "1 source_gone"}},
		{args: []string{"release", "--yes"}, fails: true, left: 2},
		{args: []string{"verify"}, right: true, left: 2, want: []string{"verifies: event evt_1 of type text.incoming.sms"}},
		{args: []string{"release", "--all"}, fails: true, right: true, left: 2, want: []string{"1 verifies"}}, // nobody confirms
		{args: []string{"release", "--source", "contiguity", "--yes"}, right: true, queued: 1, left: 1, want: []string{"1 released"}},
		{args: []string{"drop", "--all"}, fails: true, right: true, queued: 1, left: 1},
		{args: []string{"drop", "--all", "--yes", "--json"}, right: true, queued: 1, want: []string{`"outcome":"dropped"`}},
	} {
		if step.right {
			secret = clitest.Secret
		}
		out, err := clitest.Call{Commands: commands, Args: append([]string{"quarantine"}, step.args...), Env: env}.Run(t.Context())
		if (err != nil) != step.fails {
			t.Fatalf("%q: %v\n%s", step.args, err, out)
		}
		if err != nil {
			out += err.Error()
		}
		for _, want := range step.want {
			if !strings.Contains(out, want) {
				t.Errorf("%q printed, without %q:\n%s", step.args, want, out)
			}
		}
		if strings.Contains(out, "private") || strings.Contains(out, "hidden") {
			t.Errorf("%q shows a body or a query:\n%s", step.args, out)
		}
		left, err := v.List(t.Context(), vault.Quarantine, "", 10)
		if n := len(sqs.Sent()); err != nil || n != step.queued || len(left) != step.left {
			t.Errorf("%q: %d are queued and %d left, %v, want %d and %d", step.args, n, len(left), err, step.queued, step.left)
		}
	}
}

// TestForeign: what ingest did not put there is not passed over in silence.
func TestForeign(t *testing.T) {
	t.Parallel()
	v := memory.New(memory.Options{})
	s3, sqs := lambdatest.NewS3(v), lambdatest.NewSQS()
	t.Cleanup(func() { s3.Server.Close(); sqs.Server.Close() })
	if err := v.Put(t.Context(), vault.Quarantine+"notes.txt", []byte("private")); err != nil {
		t.Fatal(err)
	}
	env := sqs.Env()
	maps.Copy(env, s3.Env())
	env["SOURCES_SECRET_ARN"] = "arn:aws:secretsmanager:us-east-1:1:secret:S" // which a list does not read
	out, err := clitest.Call{Commands: commands, Args: []string{"quarantine", "list"}, Env: env}.Run(t.Context())
	if err != nil || !strings.Contains(out, "1 object is in quarantine/ that ingest did not put there.\n") {
		t.Errorf("%v, printed %s", err, out)
	}
}
