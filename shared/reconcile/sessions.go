package reconcile

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"webhookintake/shared/provider/kyc"
)

// Sessions are the sessions that webhooks of kyc told of, each with whether it is
// decided. The zero Sessions has heard of none.
type Sessions struct {
	decided map[string]bool // by the session's id
}

// sessionTypes begins the types of all events about sessions.
const sessionTypes = "kyc.session."

// Add takes what the body of one event tells, of whichever order they come in. A body
// that names no session adds nothing.
func (s *Sessions) Add(body []byte) {
	envelope, err := kyc.Provider{}.Open(body)
	if err != nil || !strings.HasPrefix(envelope.Type, sessionTypes) {
		return // of another event's data an id is no session's
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

// Open are the ids of the sessions of which no event says that they are decided, sorted.
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

// isDecided reports whether an event says that its session is decided. The provider has
// no closed list of statuses: whatever is not known leaves a session open, so that it is
// rather asked for once too often.
func isDecided(eventType string, status kyc.Status) bool {
	byHand := eventType == kyc.SessionApproved.Name() || eventType == kyc.SessionRejected.Name()
	return byHand || status.Is(kyc.StatusApproved) || status.Is(statusRejected)
}
