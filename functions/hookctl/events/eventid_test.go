package events

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
)

// An id alone names the only event that has it, of the configured sources and of those that
// are named after their provider; else show says what to name.
func TestShowByID(t *testing.T) {
	t.Parallel()
	secrets := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_ = json.NewEncoder(w).Encode(map[string]any{"VersionId": "v1", "VersionStages": []string{"AWSCURRENT"}, "SecretString": `{"shop-eu":{"provider":"kyc","secrets":["sample-only-secret-of-24-ch"]}}`})
	}))
	t.Cleanup(secrets.Close)
	for _, tt := range []struct {
		id      string
		secrets bool // can be read
		code    int
		want    string
	}{
		{id: "evt_1", code: cli.ExitDone, want: "kyc#evt_1\n"},
		{id: "eu_1", secrets: true, code: cli.ExitDone, want: "shop-eu#eu_1\n"},
		{id: "eu_1", code: cli.ExitFailed, want: "the ledger has no record of it"},
		{id: "evt_2", code: cli.ExitFailed, want: "name one of them: contiguity#evt_2, kyc#evt_2"},
		{id: "evt_9", secrets: true, code: cli.ExitFailed, want: "no record"},
	} {
		f := clitest.NewTable(t)
		for key, like := range map[string]string{"shop-eu#eu_1": "kyc#evt_1", "contiguity#evt_2": "kyc#evt_2"} {
			f.Items[key] = map[string]any{}
			for name, value := range f.Items[like] {
				f.Items[key][name] = value
			}
			f.Items[key]["pk"] = clitest.S(key)
		}
		env := f.Env()
		if tt.secrets {
			env["SOURCES_SECRET_ARN"], env["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = "sources", secrets.URL
		}
		out, err := clitest.Call{Commands: commands, Env: env, Args: []string{"events", "show", tt.id}}.Run(t.Context())
		if err != nil {
			out += err.Error()
		}
		if cli.ExitCode(err) != tt.code || !strings.Contains(out, tt.want) {
			t.Errorf("%s: exit code %d, want %d and %q:\n%s", tt.id, cli.ExitCode(err), tt.code, tt.want, out)
		}
	}
}
