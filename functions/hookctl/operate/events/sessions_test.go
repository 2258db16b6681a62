package events_test

import (
	"slices"
	"testing"

	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/ledger"
)

func TestKeptSessions(t *testing.T) {
	t.Parallel()
	body := func(typ, session string) string {
		return `{"id":"e","type":"kyc.session.` + typ + `","data":{"session_id":"` + session + `"}}`
	}
	f := &table{
		records: map[string]ledger.Record{"kyc#1": {}, "kyc#2": {}, "kyc#3": {}, "kyc#4": {}},
		payloads: map[string]string{
			"kyc#1": body("created", "s-1"), "kyc#2": body("created", "s-2"), "kyc#3": body("approved", "s-1"),
		},
	}
	kept, err := events.KeptSessions(t.Context(), f, ledger.Scan{Source: "kyc", From: noon})
	if err != nil {
		t.Fatal(err)
	}
	if open := kept.Sessions.Open(); !slices.Equal(open, []string{"s-2"}) || kept.Events != 4 || kept.NotKept != 1 {
		t.Errorf("open %q of %d events, %d not kept; want s-2 of 4, 1", open, kept.Events, kept.NotKept)
	}
	if f.asked.Source != "kyc" || !f.asked.From.Equal(noon) {
		t.Errorf("asked for %+v", f.asked)
	}
}
