package reconcile

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"webhookintake/shared/provider/kyc"
)

// Sessions collects the sessions that webhooks of kyc mention, and whether each is decided.
// The zero Sessions is empty.
type Sessions struct {
	decided map[string]bool // by the session's id
}

// sessionTypes begins the types of all events about sessions.
const sessionTypes = "kyc.session."

// Add adds the session in the body of an event, if there is one. The order of events does
// not matter.
func (s *Sessions) Add(body []byte) {
	envelope, err := kyc.Provider{}.Open(body)
	if err != nil || !strings.HasPrefix(envelope.Type, sessionTypes) {
		return // an id in other events is not that of a session
	}
	var session kyc.Session
	if json.Unmarshal(envelope.Data, &session) != nil || session.SessionID == "" {
		return
	}
	if s.decided == nil {
		s.decided = map[string]bool{}
	}
	s.decided[session.SessionID] = s.decided[session.SessionID] || isDecided(envelope.Type, session.Status)
}

// Open returns the sorted ids of the sessions that no event says are decided.
func (s *Sessions) Open() []string {
	var open []string
	for _, id := range slices.Sorted(maps.Keys(s.decided)) {
		if !s.decided[id] {
			open = append(open, id)
		}
	}
	return open
}

// statusRejected is not documented by itself; the event's name is.
const statusRejected kyc.Status = "REJECTED"

// isDecided reports whether an event says that its session is decided. The provider's list
// of statuses is not complete: an unknown status leaves a session open, so that it is
// fetched once too often rather than not at all.
func isDecided(eventType string, status kyc.Status) bool {
	byHand := eventType == kyc.SessionApproved.Name() || eventType == kyc.SessionRejected.Name()
	return byHand || status.Is(kyc.StatusApproved) || status.Is(statusRejected)
}
