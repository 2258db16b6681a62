package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"webhookintake/functions/hookctl/doctor"
)

func TestDoctorHelp(t *testing.T) {
	t.Parallel()
	out, err := call{args: []string{"doctor", "--help"}}.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	compare(t, filepath.Join("help", "doctor.golden"), out)
	for line := range strings.Lines(out) {
		if n := len([]rune(strings.TrimSpace(line))); n > 100 {
			t.Errorf("a line of %d characters: %s", n, line)
		}
	}
}

func TestDoctorUsage(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"doctor --wait 0s":  "--wait has to be above 0",
		"doctor --wait -1s": "--wait has to be above 0",
		"doctor kyc":        `"kyc"`,
	} {
		_, err := call{args: strings.Fields(args)}.run(t.Context())
		if exitCode(err) != exitUsage || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%s: %v, want %q", args, err, want)
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
	out, err := call{args: []string{"doctor", "--stack", "intake"}, env: env}.run(t.Context())
	if exitCode(err) != exitFailed || fmt.Sprint(err) != "step outputs failed" {
		t.Errorf("%v", err)
	}
	for _, want := range []string{"FAILED   outputs", "Stack with id intake does not exist", "next: see that the stack is deployed", "-        queues                 not tried\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("want %q in:\n%s", want, out)
		}
	}
	if strings.Contains(out, "All is well") {
		t.Errorf("it says that all is well:\n%s", out)
	}

	var stdout, stderr bytes.Buffer
	err = call{env: env}.app(&stdout, &stderr).exec(t.Context(), []string{"doctor", "--stack", "intake", "--json"})
	var report doctor.Report
	if wrong := json.Unmarshal(stdout.Bytes(), &report); wrong != nil || exitCode(err) != exitFailed || report.OK || len(report.Steps) != 10 {
		t.Errorf("%v, %v, %s", err, wrong, stdout.String())
	}
	if stderr.Len() > 0 {
		t.Errorf("on standard error: %s", stderr.String())
	}
}
