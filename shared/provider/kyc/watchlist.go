package kyc

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"webhookintake/shared/webhook"
)

// A WatchlistStatus is the status of a watchlist. Compare with [WatchlistStatus.Is].
type WatchlistStatus string

// The documented statuses.
const (
	WatchlistActive WatchlistStatus = "active"
	WatchlistPaused WatchlistStatus = "paused"
)

// Is reports whether both are equal, ignoring case.
func (s WatchlistStatus) Is(other WatchlistStatus) bool {
	return strings.EqualFold(string(s), string(other))
}

// A Watchlist is a group of people, companies or wallets that is regularly checked against
// sanctions lists. [Client.Watchlists] omits the fields marked "one".
type Watchlist struct {
	WatchlistID    string          `json:"watchlist_id"`
	TenantID       string          `json:"tenant_id"` // one
	Name           string          `json:"name"`
	Status         WatchlistStatus `json:"status"`
	Tags           []string        `json:"tags"`
	LastCheckedAt  Time            `json:"last_checked_at"` // of the latest run, whether it found anything or not; zero before the first
	NextCheckDue   *UnixMillis     `json:"next_check_due"`  // nil if none is due
	CheckFrequency string          `json:"check_frequency"` // daily, weekly, on update
	Subjects       []Subject       `json:"subjects"`        // one
	Lists          []string        `json:"lists_to_monitor"`
	LastResults    json.RawMessage `json:"last_results"` // one; of the latest run, in a form that is not documented; null before the first
	AlertConfig    AlertConfig     `json:"alert_config"` // one
	CreatedAt      Time            `json:"created_at"`   // one
	UpdatedAt      Time            `json:"updated_at"`   // one
}

// Entity returns the id of the watchlist.
func (w Watchlist) Entity() string { return w.WatchlistID }

// An AlertConfig says when a watchlist sends alerts. They go to the tenant's [Channels].
type AlertConfig struct {
	OnNewMatch     bool `json:"on_new_match"`
	OnStatusChange bool `json:"on_status_change"`
	// WebhookURL and Email belong to an older version, in which each watchlist had its own
	// recipients.
	WebhookURL string `json:"webhook_url,omitempty"`
	Email      string `json:"notification_email,omitempty"`
}

// A Subject is a person, company or wallet on a watchlist. It is personal data.
type Subject struct {
	SubjectID      string       `json:"subject_id"`
	FullName       string       `json:"full_name"`
	Identifier     string       `json:"identifier"`
	IdentifierType string       `json:"identifier_type"` // document, wallet, tax_id
	Tags           []string     `json:"tags"`
	SessionID      string       `json:"session_id"` // the session that it came from; empty if none
	AddedAt        Time         `json:"added_at"`
	ExpiresAt      *json.Number `json:"expires_at"` // a Unix time, in a unit that is not documented; nil means never
}

// watchlists is the data of a list.
type watchlists struct {
	Watchlists []Watchlist `json:"watchlists"`
}

// A MonitoringResult is the result of a run of a watchlist.
//
// It is NOT documented as the payload of a webhook: neither the type names nor the payloads
// of watchlist events are publicly documented. The nearest documented form is the answer to
// running a watchlist on request, which this type has. Until a real delivery has shown the
// form, register an untyped handler for all events of the provider, and try to unmarshal
// their data into a MonitoringResult. Then bind it to the name that you saw:
//
//	var WatchlistMatch = webhook.NewType[kyc.MonitoringResult](kyc.Provider{}, "the name")
type MonitoringResult struct {
	WatchlistID     string                `json:"watchlist_id"` // required: without it, the data is something else
	WatchlistName   string                `json:"watchlist_name"`
	SubjectsChecked int                   `json:"subjects_checked"`
	TotalMatches    int                   `json:"total_matches"`
	PreviousMatches int                   `json:"previous_matches"`
	NewMatches      int                   `json:"new_matches_count"`
	HasChanges      bool                  `json:"has_changes"`
	ResultsByList   map[string]ListResult `json:"results_by_list"` // by the list's name
	DurationMS      int64                 `json:"duration_ms"`
	CheckedAt       Time                  `json:"checked_at,omitzero"`
	Raw             json.RawMessage       `json:"-"` // the whole as received
}

// A ListResult is the result of a run for one list.
type ListResult struct {
	Checked int `json:"checked"`
	Matches int `json:"matches"`
}

// Entity returns the id of the watchlist.
func (m MonitoringResult) Entity() string { return m.WatchlistID }

// UnmarshalJSON reads a result. Its error names the field and never the value.
func (m *MonitoringResult) UnmarshalJSON(data []byte) error {
	type plain MonitoringResult // without this method
	var read plain
	if err := json.Unmarshal(data, &read); err != nil {
		return withoutValue(err)
	}
	if read.WatchlistID == "" {
		return &webhook.FieldError{Field: "watchlist_id", Problem: "want a string; this is no result of a watchlist"}
	}
	read.Raw = bytes.Clone(data)
	*m = MonitoringResult(read)
	return nil
}

// UnixMillis is a time in Unix milliseconds. The times of events are in seconds, which are
// not UnixMillis.
type UnixMillis int64

// Time returns the same instant as a time.Time, in UTC.
func (m UnixMillis) Time() time.Time { return time.UnixMilli(int64(m)).UTC() }

// A Time is a time as the API writes it, in ISO 8601. A time without an offset is in UTC.
// Null and the empty string are the zero Time.
type Time struct{ time.Time }

// UnmarshalJSON reads a date and time.
func (t *Time) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		if text == "" { // or null
			*t = Time{}
			return nil
		}
		for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04:05Z0700"} {
			if parsed, err := time.Parse(layout, text); err == nil {
				*t = Time{parsed.UTC()}
				return nil
			}
		}
	}
	return &json.UnmarshalTypeError{Value: "value", Type: reflect.TypeFor[Time]()}
}
