package sign

import (
	"net/http"
	"net/url"
	"os"
	osexec "os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/webhook"
)

func TestSign(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		call clitest.Call
	}{
		{"contiguity", clitest.Call{Commands: commands, Args: []string{"sign", "text.incoming.sms"}}},
		{"kyc", clitest.Call{Commands: commands, Args: []string{"sign", "kyc.session.approved"}}},
		{"kyc-timestamp", clitest.Call{Commands: commands, Args: []string{"sign", "kyc.session.approved", "--signed", "timestamp.body"}}},
		{"compliancely", clitest.Call{Commands: commands, Args: []string{"sign", "tin_match"}}},
		{"compliancely-header", clitest.Call{Commands: commands, Args: []string{"sign", "tin_match", "--header", "x-signature"}}},
		{"curl", clitest.Call{Commands: commands, Args: []string{"sign", "text.incoming.sms", "--curl"}}},
		{"curl-to", clitest.Call{Commands: commands, Args: []string{"sign", "tin_match", "--curl", "--to", "https://example.com/prod/hooks/tin"}}},
		{"file", clitest.Call{Commands: commands, Args: []string{"sign", "--file", "testdata/body.json", "--provider", "kyc", "--curl"}}},
		{"stdin", clitest.Call{Commands: commands,
			Args: []string{"sign", "--file", "-", "--provider", "contiguity", "--curl", "--secret-env", "S"},
			Env:  map[string]string{"S": clitest.Secret}, Stdin: `{"id":"evt_1","type":"it's"}`,
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out, err := tt.call.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			clitest.Golden(t, tt.name+".golden", out)
		})
	}
}

// TestSignedHeadersVerify wants the printed headers verified by the provider's own code.
func TestSignedHeadersVerify(t *testing.T) {
	t.Parallel()
	for _, s := range dialect.Samples() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			secret := clitest.Secret
			if s.Provider.Name() == "contiguity-v1" {
				secret = "sample-only-token" // a real one is masked
			}
			out, err := clitest.Call{Commands: commands,
				Args: []string{"sign", s.Name, "--secret-env", "S"}, Env: map[string]string{"S": secret},
			}.Run(t.Context())
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
			v, err := s.Provider.Configure(webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret(secret)}})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := v.Verify(webhook.Request{Header: header, Query: query, Body: s.Body, At: clitest.Noon}); err != nil {
				t.Errorf("Verify = %v\n%s", err, out)
			}
		})
	}
}

// TestSecretSources wants the same signature from every source of the secret, and the secret
// not in the output.
func TestSecretSources(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(clitest.Secret+"\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	sign := []string{"sign", "text.incoming.sms", "--curl"}
	var outputs []string
	for _, c := range []clitest.Call{
		{Args: append(sign, "--secret-file", file)},
		{Args: append(sign, "--secret-env", "S"), Env: map[string]string{"S": clitest.Secret}},
		{Args: append(sign, "--secret-prompt"), Password: clitest.Secret},
	} {
		c.Commands = commands
		out, err := c.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(out, clitest.Secret) {
			t.Errorf("%v prints the secret:\n%s", c.Args, out)
		}
		outputs = append(outputs, out)
	}
	if outputs[0] != outputs[1] || outputs[1] != outputs[2] {
		t.Errorf("signatures differ:\n%s", strings.Join(outputs, "\n"))
	}
	plain, err := clitest.Call{Commands: commands, Args: sign}.Run(t.Context())
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
		{"no terminal", []string{"--secret-prompt"}, cli.ErrNoTerminal.Error()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := clitest.Call{Commands: commands, Args: append([]string{"sign", "tin_match"}, tt.args...)}.Run(t.Context())
			if cli.ExitCode(err) != cli.ExitFailed || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error = %v, want %q in it", err, tt.want)
			}
		})
	}
}

// TestCurlInAShell wants a shell to parse the command correctly, with bodies that careless
// quoting would change.
func TestCurlInAShell(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"a":"it's"}`, `{"a":"$HOME ` + "`id`" + ` \\ \" !"}`, "{\n \"a\":\t1}\n", `@/etc/hostname`, "'", "",
	} {
		r := webhook.Request{Header: http.Header{"X-Signature": {"a'b", "c d"}}, Body: []byte(body)}
		command, err := Curl("http://127.0.0.1/hooks/x?a=1&b=2", r, "", 0)
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
}

// TestCurlPrintsTheSignedBytes runs the printed command, and wants the signed body in it or an
// error: the Writer escapes some characters.
func TestCurlPrintsTheSignedBytes(t *testing.T) {
	t.Parallel()
	for body, fits := range map[string]bool{
		`{"name":"Zoë 😀"}`: true, "{\n\t\"a\": 1\n}\n": true,
		"{}\r\n": false, "{\"a\":\"\u00a0\"}": false, "{\"a\":\"\x1b[2J\"}": false, "\xff": false, "a\x00b": false,
	} {
		call := clitest.Call{Commands: commands, Stdin: body, Args: strings.Fields("sign --curl --provider kyc --file -")}
		out, err := call.Run(t.Context())
		if !fits {
			if err == nil || !strings.Contains(err.Error(), "--file NAME") || out != "" {
				t.Errorf("%q: %v, printed %s; want an error", body, err, out)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%q: %v", body, err)
		}
		if arguments := words(t, out); !slices.Contains(arguments, body) {
			t.Errorf("the command sends %q, want %q", arguments, body)
		}
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

// The token of Contiguity's format v1 vouches for every webhook, so it is not printed.
func TestTokenIsMasked(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"--curl"}, {"--curl", "--to", "https://in.example.com/hooks/v1"}, {"--show-token"}} {
		c := clitest.Call{Commands: commands, Env: map[string]string{"S": "hunter2-token-0123456789"},
			Args: append([]string{"sign", "contiguity-v1.text.incoming.sms", "--secret-env", "S"}, args...)}
		out, err := c.Run(t.Context())
		if strings.Contains(out, "hunter2") {
			t.Errorf("%v: the token shows:\n%s", args, out)
		}
		if show := slices.Contains(args, "--show-token"); show != (cli.ExitCode(err) == cli.ExitUsage) {
			t.Errorf("%v: %v", args, err)
		}
	}
}

func TestSecretIsChecked(t *testing.T) {
	t.Parallel()
	for secret, want := range map[string]string{
		"v1,whsec_a-real-looking-one": `the secret begins with "v1,"`,
		"\ufeffwhsec_a-real-looking":  "the secret has a byte-order mark as character 1; cut it",
		"whsec_****":                  "the secret has **** in place of hidden characters",
	} {
		_, err := clitest.Call{Commands: commands, Args: []string{"sign", "text.incoming.sms", "--secret-env", "S"},
			Env: map[string]string{"S": secret}}.Run(t.Context())
		if cli.ExitCode(err) != cli.ExitUsage || !strings.Contains(err.Error(), want) {
			t.Errorf("error = %v, want %q", err, want)
		}
	}
}

// A token goes over https, or to this machine.
func TestCheckTransport(t *testing.T) {
	t.Parallel()
	d, err := dialect.Of("contiguity-v1")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		url, secret string
		refused     bool
	}{
		{"http://in.example.com/hooks/v1", "hunter2-token-0123456789", true},
		{"http://10.0.0.7/hooks/v1", "hunter2-token-0123456789", true},
		{"http://localhost.example.com/hooks/v1", "hunter2-token-0123456789", true},
		{"https://in.example.com/hooks/v1", "hunter2-token-0123456789", false},
		{"http://127.0.0.1:8080/hooks/v1", "hunter2-token-0123456789", false},
		{"http://localhost:8080/hooks/v1", "hunter2-token-0123456789", false},
		{"http://[::1]:8080/hooks/v1", "hunter2-token-0123456789", false},
		{"http://in.example.com/hooks/v1", "sample-only-token", false},
	} {
		target := Target{Provider: d.Provider, URL: tt.url, Settings: webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret(tt.secret)}}}
		if err := target.CheckTransport(); (err != nil) != tt.refused || err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s with %s: %v, want refused: %v", tt.url, tt.secret[:7], err, tt.refused)
		}
	}
}
