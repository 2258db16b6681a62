package events

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"webhookintake/functions/hookctl/cli/clitest"
)

// A table of the version before has no index of what is open: lists and acts say so, and read
// the whole table.
func TestTableWithoutIndex(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"list":                            "1 open event in 1 group",
		"list --state open":               "1 event matched.",
		"retry --source kyc --dry-run":    "1 event matches",
		"cancel --source kyc --dry-run":   "1 event matches",
		"pull --state open --dry-run":     "1 event matches",
		"pull --state released --dry-run": "1 event matches",
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			f := clitest.NewTable(t)
			old := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".Query") {
					f.ServeHTTP(w, r)
					return
				}
				w.WriteHeader(http.StatusBadRequest)
				fmt.Fprint(w, `{"__type":"com.amazon.coral.validate#ValidationException","message":"The table does not have the specified index: open"}`)
			}))
			t.Cleanup(old.Close)
			env := f.Env()
			env["AWS_ENDPOINT_URL_DYNAMODB"] = old.URL
			out, _ := clitest.Call{Commands: commands, Env: env, Args: strings.Fields("events " + args), Register: clitest.OpenAccount}.Run(t.Context())
			out = strings.Join(strings.Fields(out), " ")
			if said := strings.Contains(out, noIndex); said == strings.Contains(args, "released") {
				t.Errorf("it says that there is no index: %v", said)
			}
			if !strings.Contains(out, "Reading the whole table: about 5 items") || !strings.Contains(out, want) {
				t.Errorf("no %q, or not how much it reads:\n%s", want, out)
			}
		})
	}
}
