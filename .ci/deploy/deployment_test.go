package deploy

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDeployment covers the whole life of one account: the default stage is deployed first,
// because that makes the bucket for programs; then the rest runs in parallel.
func TestDeployment(t *testing.T) {
	w := start(t)
	readme, err := os.ReadFile(filepath.Join(w.checkout, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	w.installHookctl(t)
	dev := w.stage(t, "default", "webhook-intake")
	dev.follow(t, string(readme), "Deploy", nil)
	t.Run("side by side", func(t *testing.T) {
		t.Run("default", func(t *testing.T) { t.Parallel(); dev.use(t, string(readme)) })
		t.Run("prod", func(t *testing.T) { t.Parallel(); w.prod(t, string(readme)) })
		if w.hasCommit(t, before) {
			t.Run("upgrade", func(t *testing.T) { t.Parallel(); w.upgrade(t) })
		} else {
			t.Logf("the upgrade is NOT TESTED, as this repository has no commit %.7s: say in clone_test.go which version was deployed before", before)
		}
		t.Run("refusals", func(t *testing.T) { t.Parallel(); w.refusals(t) })
	})
}

// secrets are those with which the providers sign, by source; the second one is for a
// rotation.
var secrets = map[string]string{
	"contiguity":   "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
	"contiguity-2": "whsec_TfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx",
	"kyc":          "kyc-secret-0123456789abcdef",
	"compliancely": "compliancely-secret-0123456789",
}

// A stage is a copy of the checkout from which one stack is deployed.
type stage struct {
	shell
	stack string
}

func (w *world) stage(t *testing.T, name, stack string) stage {
	t.Helper()
	s := stage{w.copyOf(t, name, ""), stack}
	s.writeSecrets(t)
	return s
}

// writeSecrets writes each secret into a file, for the commands that read it from there.
func (s stage) writeSecrets(t *testing.T) {
	t.Helper()
	for source, secret := range secrets {
		write(t, filepath.Join(s.dir, source+".secret"), secret)
	}
}

// installHookctl puts hookctl on the path, for what an operator types often.
func (w *world) installHookctl(t *testing.T) {
	t.Helper()
	shell{dir: w.checkout}.run(t, "go build -buildvcs=false -o "+w.dir+"/bin/hookctl ./functions/hookctl")
}

// follow types the commands of one chapter of the README as they are, except for the words
// in replace and for NAME.
func (s stage) follow(t *testing.T, readme, heading string, replace *strings.Replacer) {
	t.Helper()
	lines, err := commands(readme, heading)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(s.dir, "handlers.json"), `{"AUTO_REPLY_TEXT":"Thanks!","CONTIGUITY_TOKEN":"sample-only"}`)
	for _, line := range lines {
		if replace != nil {
			line = replace.Replace(line)
		}
		if before, after, ok := strings.Cut(line, " NAME"); ok {
			line = before + " " + outputs(t, s.stack)["HandlersSecret"] + after
		}
		typing := s.shell
		if source := regexp.MustCompile(`hookctl sources set (\S+)`).FindStringSubmatch(line); source != nil {
			typing.answers = []answer{{regexp.MustCompile(`Secret: $`), secrets[source[1]]}}
		}
		t.Log(line)
		if strings.Contains(line, "hookctl doctor") {
			typing.accepts(t, line, "All is well|It works, with warnings")
		} else {
			typing.run(t, line)
		}
	}
}

// hookctl returns a command on the stage's stack.
func (s stage) hookctl(format string, args ...any) string {
	return "hookctl " + fmt.Sprintf(format, args...) + " --stack " + s.stack
}

// send returns the command that sends a sample to the stage's public URL, signed with a
// source's secret.
func (s stage) send(t *testing.T, sample, source, flags string) string {
	t.Helper()
	provider, _, _ := strings.Cut(source, "-")
	url := strings.Replace(outputs(t, s.stack)["WebhookUrl"], "{source}", provider, 1)
	return fmt.Sprintf("hookctl send %s --to %s --secret-file %s.secret %s", sample, url, source, flags)
}
