package samples

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/hook"
	"webhookintake/shared/hook/hooktest"
	"webhookintake/shared/webhook"
)

var update = flag.Bool("update", false, "write the golden files")

// root is the path of the checkout from this package.
const root = "../../../../"

var times = regexp.MustCompile(`(?m)^time=\S+ `)

// TestGolden runs every sample event through the samples with their sample settings, and
// compares what they do and log.
func TestGolden(t *testing.T) {
	set := samples(t)
	register := func(r *hook.Registry) {
		if err := Register(r, func(name string) string { return set[name] }); err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob(root + "events/http/*.*.json") // by provider and type
	if err != nil || len(files) == 0 {
		t.Fatalf("no sample events: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			out := logged(t)
			result := hooktest.Run(t, register, []webhook.Event{hooktest.Load(t, file)})
			got := result.String() + times.ReplaceAllString(out.String(), "")
			for _, w := range result.Writes {
				got += fmt.Sprintf("%s %s\n", w.Op, w.Item())
			}
			for _, m := range result.States {
				got += fmt.Sprintf("%s %s gives %s\n", m.Handler, m.State, m.Result)
			}
			golden := filepath.Join("testdata", "golden", strings.TrimSuffix(filepath.Base(file), ".json")+".txt")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatalf("%v; run the test with -update", err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	kept, _ := filepath.Glob("testdata/golden/*.txt")
	if len(kept) != len(files) {
		t.Errorf("%d golden files for %d sample events: remove testdata/golden/*.txt and run the test with -update", len(kept), len(files))
	}
}
