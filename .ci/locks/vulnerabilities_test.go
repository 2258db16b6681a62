package locks

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// called is a vulnerability that somebody found in what every function calls.
const called = `{
	"schema_version": "1.3.1", "id": "GO-2026-9999", "modified": "2026-01-01T00:00:00Z", "published": "2026-01-01T00:00:00Z",
	"summary": "Planted by a test", "details": "Planted by a test.", "database_specific": {"url": "https://example.com"},
	"affected": [{
		"package": {"name": "github.com/aws/aws-lambda-go", "ecosystem": "Go"},
		"ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}],
		"ecosystem_specific": {"imports": [{"path": "github.com/aws/aws-lambda-go/lambda", "symbols": ["StartHandlerFunc"]}]}
	}]
}`

func TestVulnerabilities(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, variable string
		code           int
		want           string
	}{
		{"called", "VULNERABILITIES=" + database(t, `[{"path": "github.com/aws/aws-lambda-go", "vulns": [{"id": "GO-2026-9999", "modified": "2026-01-01T00:00:00Z"}]}]`), 3, "GO-2026-9999"},
		{"none", "VULNERABILITIES=" + database(t, `[]`), 0, "No vulnerabilities found"},
		{"unreachable", "HTTPS_PROXY=http://127.0.0.1:1", 0, "NOT CHECKED for known vulnerabilities"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), "bash", root+".ci/vulnerabilities.sh")
			cmd.Env = append(os.Environ(), tt.variable)
			out, err := cmd.CombinedOutput()
			code := 0
			if exit, ok := errors.AsType[*exec.ExitError](err); ok {
				code = exit.ExitCode()
			} else if err != nil {
				t.Fatal(err)
			}
			if code != tt.code || !strings.Contains(string(out), tt.want) {
				t.Errorf("exit code %d, want %d, with %q:\n%s", code, tt.code, tt.want, out)
			}
		})
	}
}

// database is one that knows of the modules, in the form of https://go.dev/doc/security/vuln/database.
func database(t *testing.T, modules string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"index/db.json":        `{"modified": "2026-01-01T00:00:00Z"}`,
		"index/modules.json":   modules,
		"ID/GO-2026-9999.json": called,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return "file://" + filepath.ToSlash(dir)
}
