package ledger

import (
	"slices"
	"time"

	"webhookintake/shared/webhook"
)

// A Record is what a Store keeps of one event. Times are kept to the millisecond, in UTC,
// and a zero time, number or string means that the value is absent.
type Record struct {
	State        State
	Owner        string    // of the last claim, ended or not
	Fence        int64     // of the last claim; the first one's is 1
	Lease        time.Time // until when the last claim holds, unless it ended
	NotBefore    time.Time // of a released record: nobody may claim it before
	Attempts     int       // runs that count against the limit, including the last claim's
	Runs         int       // every run, including the last claim's; at least Attempts
	Hash         string    // digest of the body; empty where bodies may differ under one id
	Identity     webhook.Identity
	Secret       *int     // index of the secret that signed the event; nil if unknown
	Done         []string // handlers that finished, sorted
	Started      []string // at-most-once handlers that began, sorted
	Results      Results  // results of the handlers that moved a state
	Type         string
	Received     time.Time
	DedupUntil   time.Time
	Earlier      time.Time // Received of the record that this one replaced; zero if it replaced none
	FirstClaimed time.Time
	Finished     time.Time // zero until it is completed or failed
	Reason       string
	Tries        []Try     // the last tries that left the event unfinished, oldest first
	Since        time.Time // since when the event is open; zero if it is not
	Kind         string    // why it is open: the handler and the Go type of its error, at most MaxKind bytes
	Expires      time.Time // when a table may drop it, to the second
}

// Expiry returns when a record may be dropped, to the second: keep after the window's end
// or after now, whichever is later. Keep is twice the queue's retention, the dead letters'
// retention and a day, so that no copy of the message outlives the record.
func Expiry(dedupUntil, now time.Time, keep time.Duration) time.Time {
	last := dedupUntil
	if now.After(last) {
		last = now
	}
	return last.Add(keep).Truncate(time.Second).UTC()
}

// milliseconds returns t as records keep it.
func milliseconds(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return time.UnixMilli(t.UnixMilli()).UTC()
}

// Union returns the sorted set of the names in a and b; nil if both are empty.
func Union(a, b []string) []string {
	if len(a)+len(b) == 0 {
		return nil
	}
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
