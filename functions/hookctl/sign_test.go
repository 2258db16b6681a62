package main

import (
	"net/http"
	"net/url"
	"os"
	osexec "os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/sample"
	"webhookintake/shared/webhook"
)

const secretText = "whsec_a-real-looking-one"

func TestSign(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		call call
	}{
		{"contiguity", call{args: []string{"sign", "text.incoming.sms"}}},
		{"kyc", call{args: []string{"sign", "kyc.session.approved"}}},
		{"kyc-timestamp", call{args: []string{"sign", "kyc.session.approved", "--signed", "timestamp.body"}}},
		{"compliancely", call{args: []string{"sign", "tin_match"}}},
		{"compliancely-header", call{args: []string{"sign", "tin_match", "--header", "x-signature"}}},
		{"curl", call{args: []string{"sign", "text.incoming.sms", "--curl"}}},
		{"curl-to", call{args: []string{"sign", "tin_match", "--curl", "--to", "https://example.com/prod/hooks/tin"}}},
		{"file", call{args: []string{"sign", "--file", "testdata/body.json", "--provider", "kyc", "--curl"}}},
		{"stdin", call{
			args: []string{"sign", "--file", "-", "--provider", "contiguity", "--curl", "--secret-env", "S"},
			env:  map[string]string{"S": secretText}, stdin: `{"id":"evt_1","type":"it's"}`,
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out, err := tt.call.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			compare(t, filepath.Join("sign", tt.name+".golden"), out)
		})
	}
}

// TestSignedHeadersVerify holds what is printed against the provider's own judgment.
func TestSignedHeadersVerify(t *testing.T) {
	t.Parallel()
	for _, s := range sample.All() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			out, err := call{
				args: []string{"sign", s.Name, "--secret-env", "S"}, env: map[string]string{"S": secretText},
			}.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			header, query := http.Header{}, url.Values{}
			for line := range strings.Lines(out) {
				if text, ok := strings.CutPrefix(strings.TrimSpace(line), "?"); ok {
					query, err = url.ParseQuery(text)
					if err != nil {
						t.Fatal(err)
					}
					continue
				}
				name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
				header.Add(name, value)
			}
			v, err := s.Provider.Configure(webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret(secretText)}})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := v.Verify(webhook.Request{Header: header, Query: query, Body: s.Body, At: noon}); err != nil {
				t.Errorf("Verify = %v\n%s", err, out)
			}
		})
	}
}

// TestSecretSources wants the same signature wherever the secret comes from, and the
// secret itself nowhere.
func TestSecretSources(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(secretText+"\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	sign := []string{"sign", "text.incoming.sms", "--curl"}
	var outputs []string
	for _, c := range []call{
		{args: append(sign, "--secret-file", file)},
		{args: append(sign, "--secret-env", "S"), env: map[string]string{"S": secretText}},
		{args: append(sign, "--secret-prompt"), prompt: secretText},
	} {
		out, err := c.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(out, secretText) {
			t.Errorf("%v prints the secret:\n%s", c.args, out)
		}
		outputs = append(outputs, out)
	}
	if outputs[0] != outputs[1] || outputs[1] != outputs[2] {
		t.Errorf("signatures differ:\n%s", strings.Join(outputs, "\n"))
	}
	plain, err := call{args: sign}.run(t.Context())
	if err != nil || plain == outputs[0] {
		t.Errorf("without a secret: %v; want the sample's signature", err)
	}
}

func TestSecretFaults(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"empty variable", []string{"--secret-env", "NOT_SET"}, "the secret is empty"},
		{"no file", []string{"--secret-file", "testdata/nothing-here"}, "read the secret"},
		{"empty file", []string{"--secret-file", os.DevNull}, "the secret is empty"},
		{"no terminal", []string{"--secret-prompt"}, errNoTerminal.Error()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := call{args: append([]string{"sign", "tin_match"}, tt.args...)}.run(t.Context())
			if exitCode(err) != exitFailed || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error = %v, want %q in it", err, tt.want)
			}
		})
	}
}

// TestCurlCommandInAShell lets a shell take the command apart, with bodies that a
// careless quoting would change.
func TestCurlCommandInAShell(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"a":"it's"}`, `{"a":"$HOME ` + "`id`" + ` \\ \" !"}`, "{\n \"a\":\t1}\n", `@/etc/hostname`, "'", "",
	} {
		r := webhook.Request{Header: http.Header{"X-Signature": {"a'b", "c d"}}, Body: []byte(body)}
		command, err := curlCommand("http://127.0.0.1/hooks/x?a=1&b=2", r, "")
		if err != nil {
			t.Fatal(err)
		}
		want := []string{
			"-sS", "http://127.0.0.1/hooks/x?a=1&b=2", "-H", "Content-Type: application/json",
			"-H", "X-Signature: a'b", "-H", "X-Signature: c d", "--data-raw", body, "",
		}
		if diff := cmp.Diff(want, words(t, command)); diff != "" {
			t.Errorf("arguments (-want +got):\n%s", diff)
		}
	}
	if _, err := curlCommand("http://127.0.0.1", webhook.Request{Body: []byte("a\x00b")}, ""); err == nil {
		t.Error("a command was made for a body that no shell can pass on")
	}
}

// words runs the command with a curl that prints its arguments.
func words(t *testing.T, command string) []string {
	t.Helper()
	out, err := osexec.CommandContext(t.Context(), "sh", "-c", `curl() { printf '%s\0' "$@"; }; `+command).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return strings.Split(string(out), "\x00")
}
