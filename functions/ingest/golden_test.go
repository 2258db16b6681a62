package main

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/lambdatest"
)

var update = flag.Bool("update", false, "write the golden answers")

// The program answers every sample event, in the environment of sam local, as the golden
// files say.
func TestSamples(t *testing.T) {
	t.Parallel()
	const events, golden = "../../events", "testdata/golden"
	samples, err := filepath.Glob(events + "/http/*.json")
	if err != nil || len(samples) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	p := lambdatest.Run(t, program.Path(t), localEnvironment(t, events+"/env.json"))
	for _, sample := range samples {
		event, err := os.ReadFile(sample)
		if err != nil {
			t.Fatal(err)
		}
		got := append(lambdatest.MustInvoke(t, p, event), '\n')
		file := filepath.Join(golden, filepath.Base(sample))
		if *update {
			if err := os.WriteFile(file, got, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Errorf("%v; run the test with -update", err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", filepath.Base(sample), diff)
		}
	}
	kept, _ := filepath.Glob(golden + "/*.json")
	if len(kept) != len(samples) {
		t.Errorf("%d golden answers for %d samples: remove %s and run the test with -update", len(kept), len(samples), golden)
	}
	for line := range strings.Lines(p.Stdout()) {
		if !json.Valid([]byte(line)) || !strings.Contains(line, `"msg"`) {
			t.Errorf("printed %s, want one log line a sample", line)
		}
	}
}

// localEnvironment returns the environment that sam local gives the function.
func localEnvironment(t *testing.T, file string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Ingest map[string]string }
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	all.Ingest["AWS_SAM_LOCAL"] = "true"
	return all.Ingest
}
