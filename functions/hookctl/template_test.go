package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
)

// Each command that an alarm or the dashboard names is one that can be typed as it stands.
func TestCommandsInTheTemplate(t *testing.T) {
	t.Parallel()
	template, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	nothing := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(nothing.Close)
	env := map[string]string{"AWS_ENDPOINT_URL_CLOUDFORMATION": nothing.URL}
	commands := regexp.MustCompile("[\"`]go tool hookctl ([^\"`]+)[\"`]").FindAllStringSubmatch(string(template), -1)
	if len(commands) < 5 {
		t.Fatalf("found %d commands, which are too few", len(commands))
	}
	for _, command := range commands {
		args := strings.ReplaceAll(command[1], "${AWS::StackName}", "intake")
		out, err := call{args: strings.Fields(args), env: env}.run(t.Context())
		if err != nil {
			out += err.Error()
		}
		if exitCode(err) != exitFailed || !strings.Contains(out, "look up stack intake") {
			t.Errorf("%s: exit code %d, %s; want it to look for the stack", args, exitCode(err), out)
		}
	}
}
