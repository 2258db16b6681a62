package tail_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/operate/tail"
)

// Refused requests are counted by code and source, on all pages of the log.
func TestRefused(t *testing.T) {
	t.Parallel()
	line := func(minutes int, source, code, status string) logged {
		return logged{noon.Add(time.Duration(minutes) * time.Minute), `{"msg":"refused","source":"` + source + `","code":"` + code + `","status":` + status + `}`}
	}
	client := newLogs(t, map[string][]logged{"ingest": {
		line(-1, "kyc", "signature_mismatch", "401"), // before the time
		line(1, "kyc", "signature_mismatch", "401"), line(2, "", "unknown_source", "404"), line(3, "contiguity", "signature_mismatch", "401"),
		line(4, "kyc", "signature_mismatch", "401"),
		{noon.Add(time.Minute), `{"msg":"accepted","source":"kyc","status":200}`},
		{noon.Add(time.Minute), `{"msg":"metrics are lost","code":"x"}`}, {noon.Add(time.Minute), "code"},
	}})
	got, err := tail.Refused(t.Context(), client, "ingest", noon)
	if err != nil {
		t.Fatal(err)
	}
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	want := tail.Refusals{From: noon, All: true, Causes: []tail.Cause{
		{"signature_mismatch", "kyc", 401, 2, at(4)}, {"signature_mismatch", "contiguity", 401, 1, at(3)}, {"unknown_source", "", 404, 1, at(2)},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
