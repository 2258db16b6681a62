package quarantine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"webhookintake/shared/vault"
	"webhookintake/shared/webhook"
)

// Codes returns the codes of the requests that are kept.
func Codes() []webhook.Code {
	return []webhook.Code{
		webhook.ErrSignatureMissing, webhook.ErrSignatureMalformed,
		webhook.ErrSignatureMismatch, webhook.ErrTimestampOutsideWindow,
	}
}

// An Entry is what a list says about a kept request.
type Entry struct {
	Key    string       // of the object; [NewKey] makes it
	At     time.Time    // the arrival, in milliseconds
	Source string       // a configured source, when it arrived
	Code   webhook.Code // why it was refused, of [Codes]
	// NotKept is how many requests of the source were refused and not kept, by the instance
	// of ingest that kept this one, since it kept the one before of the same class: those
	// with a signature that does not match, or the others. An attempt to keep one whose
	// outcome is unknown counts, too.
	NotKept int
	ID      string // names the request to an operator; random, and not that of its event
}

// NewKey returns a new key for e: quarantine/<time>-<source>-<code>-<not kept>-<random>.
func NewKey(e Entry) string {
	code := strings.ReplaceAll(string(e.Code), "_", ".") // a key has no underscore
	return vault.QuarantineKey(e.At, fmt.Sprintf("%s-%s-%d", e.Source, code, e.NotKept))
}

// maxNotKept bounds what a key may say, so that sums do not overflow.
const maxNotKept = 1 << 40

// stampLen is the number of digits of the time in a key.
const stampLen = 13

// ParseKey reads a key. It returns false for one that [NewKey] does not make.
func ParseKey(key string) (e Entry, ok bool) {
	name, ok := strings.CutPrefix(key, vault.Quarantine)
	parts := strings.Split(name, "-")
	if n := len(parts); ok && n > 5 { // a source's name may have hyphens, the rest has none
		parts = slices.Concat(parts[:1], []string{strings.Join(parts[1:n-3], "-")}, parts[n-3:])
	}
	if !ok || len(parts) != 5 || len(parts[0]) != stampLen || vault.CheckKey(key) != nil {
		return Entry{}, false
	}
	ms, err := strconv.ParseUint(parts[0], 10, 63)
	notKept, notKeptErr := strconv.ParseUint(parts[3], 10, 63)
	e = Entry{
		Key: key, At: time.UnixMilli(int64(ms)).UTC(), Source: parts[1],
		Code: webhook.Code(strings.ReplaceAll(parts[2], ".", "_")), NotKept: int(notKept),
		ID: parts[4],
	}
	if err != nil || notKeptErr != nil || notKept > maxNotKept || e.Source == "" || e.ID == "" || !slices.Contains(Codes(), e.Code) {
		return Entry{}, false
	}
	return e, true
}
