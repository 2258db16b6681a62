package doctor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
)

func TestDoctorUsage(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"doctor --wait 0s":  `--wait "0s": give a duration of at least 1s`,
		"doctor --wait -1s": `--wait "-1s": give a duration of at least 1s`,
		"doctor kyc":        "got 1 argument",
	} {
		_, err := clitest.Call{Commands: commands, Args: strings.Fields(args)}.Run(t.Context())
		if cli.ExitCode(err) != cli.ExitUsage || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%s: %v, want %q", args, err, want)
		}
	}
}

func TestHelpNamesEachStep(t *testing.T) {
	t.Parallel()
	help := Command(clitest.Call{}.NewEnv(io.Discard, io.Discard)).Long
	for _, step := range new(exam).steps() {
		if !strings.Contains(help, "\n  "+step.name+" ") {
			t.Errorf("the help does not have the step %s", step.name)
		}
	}
}

// noStack is a CloudFormation without stacks.
func noStack(t *testing.T) map[string]string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id %s does not exist</Message></Error></ErrorResponse>`,
			r.FormValue("StackName"))
	}))
	t.Cleanup(server.Close)
	return map[string]string{"AWS_ENDPOINT_URL_CLOUDFORMATION": server.URL}
}

func TestDoctorWithoutItsStack(t *testing.T) {
	t.Parallel()
	env := noStack(t)
	out, err := clitest.Call{Commands: commands, Args: []string{"doctor", "--stack", "intake"}, Env: env}.Run(t.Context())
	if cli.ExitCode(err) != cli.ExitFailed || fmt.Sprint(err) != "step outputs failed" {
		t.Errorf("%v", err)
	}
	for _, want := range []string{"FAILED   outputs", "look up stack intake: region us-east-1 has none of that name", "next: check that the stack is deployed", "-        queues                 not tried\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("want %q in:\n%s", want, out)
		}
	}
	if strings.Contains(out, "All is well") {
		t.Errorf("it says that all is well:\n%s", out)
	}

	var stdout, stderr bytes.Buffer
	err = clitest.Call{Commands: commands, Args: []string{"doctor", "--stack", "intake", "--json"}, Env: env}.RunTo(t.Context(), &stdout, &stderr)
	var report Report
	if wrong := json.Unmarshal(stdout.Bytes(), &report); wrong != nil || cli.ExitCode(err) != cli.ExitFailed || report.OK || len(report.Steps) != 12 {
		t.Errorf("%v, %v, %s", err, wrong, stdout.String())
	}
	if stderr.Len() > 0 {
		t.Errorf("on standard error: %s", stderr.String())
	}
}
