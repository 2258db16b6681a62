package reconcile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"webhookintake/shared/reconcile"
)

// says returns the body of an event about a session.
func says(eventType, session, status string) string {
	return fmt.Sprintf(`{"id":"evt_1","type":"kyc.session.%s","created":1790000000,"data":{"session_id":%q,"status":%q}}`, eventType, session, status)
}

func TestSessions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		bodies []string
		open   string
	}{
		{"none", nil, ""},
		{"made, and no more heard", []string{says("created", "s-1", "active")}, "s-1"},
		{"two, and each once", []string{says("created", "s-2", ""), says("created", "s-1", ""), says("completed", "s-1", "")}, "s-1 s-2"},
		{"approved by hand", []string{says("created", "s-1", ""), says("approved", "s-1", "")}, ""},
		{"rejected by hand", []string{says("rejected", "s-1", "")}, ""},
		{"decided by automation", []string{says("processed", "s-1", "approved")}, ""},
		{"rejected by automation", []string{says("processed", "s-1", "REJECTED")}, ""},
		{"processed into another status", []string{says("processed", "s-1", "IN_REVIEW")}, "s-1"},
		{"an older event comes later", []string{says("approved", "s-1", ""), says("created", "s-1", "active")}, ""},
		{"another one is decided", []string{says("created", "s-1", ""), says("approved", "s-2", "")}, "s-1"},
		{"asked for before", []string{says("created", "s-1", ""), `{"id":"reconcile:1","type":"kyc.session.reconciled","data":{"session_id":"s-1","status":"APPROVED"}}`}, ""},
		{"nested as the provider may", []string{`{"id":"e","type":"kyc.session.created","data":{"session":{"id":"s-1"}}}`}, "s-1"},
		{"about no session", []string{`{"id":"e","type":"kyc.watchlist.reconciled","data":{"watchlist_id":"w-1"}}`, `{"id":"e","type":"kyc.watchlist.match","data":{"id":"m-1"}}`, `{"id":"e","type":"kyc.session.created","data":7}`, `[]`, ``}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var s reconcile.Sessions
			for _, body := range tt.bodies {
				s.Add([]byte(body))
			}
			if got := s.Open(); !slices.Equal(got, strings.Fields(tt.open)) {
				t.Errorf("open %q, want %q", got, tt.open)
			}
		})
	}
}
