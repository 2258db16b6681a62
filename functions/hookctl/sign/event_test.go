package sign

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/samples"
	"webhookintake/shared/webhook"
)

// eventFiles are files such as hookctl run --save writes.
const eventFiles = "../../../events/http/"

// TestEventFiles wants the webhook of each file, signed with the sample secret.
func TestEventFiles(t *testing.T) {
	t.Parallel()
	for _, s := range dialect.Samples() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			f := MessageFlags{File: eventFiles + s.Name + ".json"}
			m, err := f.Message(clitest.Call{}.NewEnv(t.Output(), t.Output()), nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(s.Body), string(m.Body)); diff != "" || m.Provider != s.Provider || m.File != "" {
				t.Errorf("provider %v, file %q, body (-want +got):\n%s", m.Provider, m.File, diff)
			}
			src := dialect.Sources()[s.Provider.Name()]
			got, err := src.Verifier.Verify(m.Sign(clitest.Noon))
			if err != nil {
				t.Fatal(err)
			}
			want, err := src.Verifier.Verify(dialect.Sign(s.Provider, src.Settings, s.Body, dialect.Time()))
			if err != nil || got.ID != want.ID {
				t.Errorf("id %s, want %s, %v", got.ID, want.ID, err)
			}
		})
	}
}

// TestEventFileWithAnID wants the id in the header, if the file has one there.
func TestEventFileWithAnID(t *testing.T) {
	t.Parallel()
	file, _, err := samples.File(webhook.Event{Provider: "standard", ID: "msg_own", Identity: webhook.Given, Raw: []byte(`{"type":"a"}`), Received: clitest.Noon})
	if err != nil {
		t.Fatal(err)
	}
	out, err := clitest.Call{Commands: commands, Args: []string{"sign", "--file", "-"}, Stdin: string(file)}.Run(t.Context())
	if err != nil || !strings.Contains(out, "Webhook-Id: msg_own\n") {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestEventFileAsCurl wants the body in the command, as the file has more than it.
func TestEventFileAsCurl(t *testing.T) {
	t.Parallel()
	out, err := clitest.Call{Commands: commands, Args: []string{"sign", "--curl", "--file", eventFiles + "contiguity.text.incoming.sms.json"}}.Run(t.Context())
	if err != nil || !strings.Contains(out, `--data-raw '{"id":"evt_sample_sms"`) {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestFilesWithoutAnEvent(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"not JSON": "{", "a body": `{"id":"evt_1","version":"2.0"}`, "empty": "",
		"another source":  `{"version":"2.0","pathParameters":{"source":"mine"},"body":"{}"}`,
		"another version": `{"version":"1.0","pathParameters":{"source":"kyc"},"body":"{}"}`,
		"not base64":      `{"version":"2.0","pathParameters":{"source":"kyc"},"body":"{}","isBase64Encoded":true}`,
	} {
		path := filepath.Join(t.TempDir(), "file.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := clitest.Call{Commands: commands, Args: []string{"sign", "--file", path}}.Run(t.Context())
		if cli.ExitCode(err) != cli.ExitUsage || !strings.Contains(err.Error(), "--provider") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
