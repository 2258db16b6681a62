package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/lambdatest"
)

var update = flag.Bool("update", false, "write the golden answers")

// A new program handles every sample event, as under sam local. Its answer and log messages
// must be those of the golden files. Its handlers are not the user's, so that the golden
// files do not depend on them.
func TestSamples(t *testing.T) {
	t.Parallel()
	const dir, golden = "../../events", "testdata/golden"
	samples, err := filepath.Glob(dir + "/sqs/*.json")
	if err != nil || len(samples) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	env := localEnvironment(t, dir+"/env.json")
	for _, sample := range samples {
		t.Run(filepath.Base(sample), func(t *testing.T) {
			t.Parallel()
			event, err := os.ReadFile(sample)
			if err != nil {
				t.Fatal(err)
			}
			p := lambdatest.Run(t, obedient.Path(t), env)
			response, err := p.Invoke(t.Context(), event, time.Minute)
			if err != nil || response.Failed {
				t.Fatalf("invocation failed: %v %s", err, response.Payload)
			}
			got := string(response.Payload) + "\n" + words(t, p.Stdout())
			file := filepath.Join(golden, strings.TrimSuffix(filepath.Base(sample), ".json")+".txt")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatalf("%v; run the test with -update", err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	kept, _ := filepath.Glob(golden + "/*.txt")
	if !*update && len(kept) != len(samples) { // with -update, the parallel tests write them
		t.Errorf("%d golden answers for %d samples: remove %s and run the test with -update", len(kept), len(samples), golden)
	}
}

// words returns what the log says, without times and durations, sorted: the events of a
// batch are handled concurrently. A line of an event that went well has at most 200 bytes.
func words(t *testing.T, log string) string {
	t.Helper()
	var words []string
	for line := range strings.Lines(log) {
		var entry struct {
			Level, Msg, ID, Outcome string
			Handlers                any
		}
		if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.Msg == "" && (entry.Outcome == "" || len(line) > 200) {
			t.Errorf("printed %s, which is no log line, or over 200 bytes", line)
		}
		if entry.Msg == "" {
			entry.Level, entry.Msg = entry.Outcome, fmt.Sprintf("%s %v", entry.ID, entry.Handlers)
		}
		words = append(words, entry.Level+" "+entry.Msg+"\n")
	}
	slices.Sort(words)
	return strings.Join(words, "")
}

// localEnvironment returns the environment that sam local gives the function.
func localEnvironment(t *testing.T, file string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Process map[string]string }
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	env := maps.Clone(all.Process)
	env["AWS_SAM_LOCAL"] = "true"
	return env
}
