package samlocal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/lambdatest"
	"webhookintake/shared/upkeep"
)

// root is the path of the checkout from this package.
const root = "../../"

// sam returns the path of SAM CLI, from the environment. The tests also need Docker and the
// output of `sam build`.
func sam(t *testing.T) string {
	t.Helper()
	path := os.Getenv("WEBHOOK_TEST_SAM")
	if path == "" {
		t.Skip("WEBHOOK_TEST_SAM is not set: give the path of the SAM CLI, or run make local")
	}
	return path
}

// samples returns the files of events/ for a function.
func samples(t *testing.T, kind string) []string {
	t.Helper()
	files, err := filepath.Glob(root + "events/" + kind + "/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	return files
}

func TestInvokeIngest(t *testing.T) {
	t.Parallel()
	program := sam(t)
	for _, sample := range samples(t, "http") {
		t.Run(filepath.Base(sample), func(t *testing.T) {
			t.Parallel()
			got, _ := invoke(t, program, "Ingest", sample)
			compare(t, read(t, root+"functions/ingest/testdata/golden/"+filepath.Base(sample)), got)
		})
	}
}

// built is the same function, with the same handlers, built without SAM.
var built = lambdatest.Program{Package: "webhookintake/functions/process"}

func TestMain(m *testing.M) {
	code := m.Run()
	if err := built.Remove(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func TestInvokeProcess(t *testing.T) {
	t.Parallel()
	program := sam(t)
	env := environment(t)
	for _, sample := range samples(t, "sqs") {
		t.Run(filepath.Base(sample), func(t *testing.T) {
			t.Parallel()
			p := lambdatest.Run(t, built.Path(t), env)
			own, err := p.Invoke(t.Context(), read(t, sample), time.Minute)
			if err != nil || own.Failed {
				t.Fatalf("invocation failed: %v %s", err, own.Payload)
			}
			var diff string
			for range tries {
				got, log := invoke(t, program, "Process", sample)
				compare(t, own.Payload, got)
				if diff = cmp.Diff(said(p.Stdout()), said(log)); diff == "" {
					return
				}
			}
			t.Errorf("log, in each of %d tries (-the program's own +under SAM):\n%s", tries, diff)
		})
	}
}

// Upkeep runs without an event, and asks nobody with the sample settings.
func TestInvokeUpkeep(t *testing.T) {
	t.Parallel()
	got, _ := invoke(t, sam(t), "UpkeepFunction", "")
	var answer upkeep.Answer
	if err := json.Unmarshal(got, &answer); err != nil || len(answer.Tasks) != 1 || answer.Tasks[0].Task != "reconcile" || answer.Tasks[0].Error != "" {
		t.Errorf("answer %s, %v, want that of reconcile", got, err)
	}
}

// environment returns the environment that SAM gives the function.
func environment(t *testing.T) map[string]string {
	t.Helper()
	var all struct{ Process map[string]string }
	if err := json.Unmarshal(read(t, root+"events/env.json"), &all); err != nil {
		t.Fatal(err)
	}
	all.Process["AWS_SAM_LOCAL"] = "true"
	return all.Process
}

// tries are for the log alone. On a busy machine SAM ends before it has read a container's
// log, or shows it twice; the programs' own tests compare the same words without SAM.
const tries = 5

// invoke returns the function's answer, and its log as SAM shows it. Without a sample there
// is no event.
func invoke(t *testing.T, program, function, sample string) (answer []byte, log string) {
	t.Helper()
	args := []string{"local", "invoke", function}
	if sample != "" {
		event, err := filepath.Abs(sample)
		if err != nil {
			t.Fatal(err)
		}
		args = append(args, "-e", event)
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = root
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("sam local invoke: %v\n%s", err, stderr.String())
	}
	return stdout.Bytes(), stderr.String()
}

// compare compares two JSON texts.
func compare(t *testing.T, want, got []byte) {
	t.Helper()
	var w, g any
	if err := json.Unmarshal(want, &w); err != nil {
		t.Fatalf("golden answer: %v in %s", err, want)
	}
	if err := json.Unmarshal(got, &g); err != nil {
		t.Fatalf("answer: %v in %s", err, got)
	}
	if diff := cmp.Diff(w, g); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// ended begins a line that the runtime may still write when SAM ends its container.
const ended = "failed to get the next invoke"

// wait is the time until an event comes again, which is random.
var wait = regexp.MustCompile(` in [0-9.hms]+$`)

// said are level and message of a function's log lines, among those of SAM, sorted.
func said(log string) []string {
	var all []string
	for line := range strings.Lines(log) {
		var entry struct{ Level, Msg string }
		if json.Unmarshal([]byte(strings.TrimSpace(line)), &entry) == nil && entry.Msg != "" && !strings.HasPrefix(entry.Msg, ended) {
			all = append(all, entry.Level+" "+wait.ReplaceAllString(entry.Msg, " in a while"))
		}
	}
	slices.Sort(all)
	return all
}
