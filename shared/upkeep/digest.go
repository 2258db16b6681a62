package upkeep

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"webhookintake/shared/ledger"
	"webhookintake/shared/webhook"
)

const (
	digestTime  = 12 * time.Second
	digestPause = 15 * time.Minute // at most one message in this time
	// settled is how old an entry must be: the index follows the table a little later, and
	// what is older than the last message is never looked at again.
	settled = time.Minute
	// digestEntries bounds what is read of each partition of the index, and digestLines the
	// message.
	digestEntries = 250
	digestLines   = 10
)

// An Index is the part of the ledger that lists open events.
type Index interface {
	Open(ctx context.Context, partition int, after ledger.OpenEntry, limit int) ([]ledger.OpenEntry, error)
}

// A Digest tells the people on call what began to fail since the last message. All fields
// are required.
//
// Each way to tell them has a Digest of its own: if one fails, only that one is tried again.
type Digest struct {
	Name  string // of the task and its note, such as "digest"
	Index Index
	Notes Notes
	Stack string // the stack's name, for the commands in the message; empty means a hookctl run
	// Send sends the message. It returns ErrNoRecipient if nobody wants one.
	Send func(ctx context.Context, text string) error
	Now  func() time.Time
}

// A told is the content of the note: what the last message said.
type told struct {
	Until   int64 `json:"until"`   // Unix milliseconds; what is open since then is new
	Letters int   `json:"letters"` // dead letters in the index
}

// Task returns the task.
func (d *Digest) Task() Task { return Task{Name: d.Name, Time: digestTime, Run: d.run} }

func (d *Digest) note() string { return "cursor#" + d.Name }

// run sends a message if there is something new. If the note cannot be written after that,
// the next run says it again.
func (d *Digest) run(ctx context.Context) (string, error) {
	note, err := d.Notes.GetNote(ctx, d.note())
	if err != nil {
		return "", fmt.Errorf("read what the last digest said: %w", quiet{err})
	}
	var last told
	_ = json.Unmarshal([]byte(note.Text), &last) // without a valid note, everything is new
	until := d.Now().Add(-settled)
	since := time.UnixMilli(last.Until)
	if since.After(until) { // the clock was wrong then, or is now: rather say it again than never
		since = time.UnixMilli(0)
	}
	if until.Sub(since) < digestPause {
		return "not due", nil
	}
	entries, whole, err := d.entries(ctx, since)
	if err != nil {
		return "", err
	}
	news := d.news(entries, since, until)
	news.whole = whole
	next := told{Until: until.UnixMilli(), Letters: news.letters}
	summary := "nothing new"
	switch {
	case len(news.groups) > 0 || news.letters > last.Letters:
		news.more = max(0, news.letters-last.Letters)
		switch err := d.Send(ctx, news.text(d.Stack)); {
		case errors.Is(err, ErrNoRecipient):
			return err.Error(), nil
		case err != nil:
			return "", err
		}
		summary = fmt.Sprintf("%d new of %d open events reported", news.count, news.open)
	case news.young: // without a note, the next run looks again
		return summary + ", but for what is not a minute old", nil
	}
	text, err := json.Marshal(next)
	if err == nil {
		err = d.Notes.PutNote(ctx, d.note(), note.Version, string(text))
	}
	return summary, wrap(err, "note what the digest said")
}

// entries returns the open events: the oldest of each partition and, where these are only old
// ones, the oldest of those since then as well. Whole says that there are no others.
func (d *Digest) entries(ctx context.Context, since time.Time) (all []ledger.OpenEntry, whole bool, err error) {
	whole = true
	for partition := range ledger.OpenPartitions {
		found, err := d.Index.Open(ctx, partition, ledger.OpenEntry{}, digestEntries)
		n := len(found)
		whole = whole && n < digestEntries
		if err == nil && n == digestEntries && !found[n-1].Since.After(since) {
			var later []ledger.OpenEntry
			later, err = d.Index.Open(ctx, partition, ledger.OpenEntry{Key: lastKey, Since: since}, digestEntries)
			found = append(found, later...)
		}
		if err != nil {
			return nil, false, fmt.Errorf("read the index of open events: %w", quiet{err})
		}
		// A probe is open if its process died, which the alarm of probes tells.
		all = append(all, slices.DeleteFunc(found, func(e ledger.OpenEntry) bool { return !e.Of("", "") })...)
	}
	return all, whole, nil
}

// lastKey comes after the keys of all events, which begin with a source's name.
const lastKey = "~"

// A group is the events that fail in one way.
type group struct{ source, typ, why string }

// A tally is how many events of a group are new, and since when.
type tally struct {
	count int
	first time.Time
}

// news is what a message says.
type news struct {
	since         time.Time // of the last message; zero before the first
	groups        map[group]tally
	count         int // new events
	open          int // events in all, as far as they were read and are settled
	letters, more int // dead letters among them, and how many more than at the last message
	whole         bool
	young         bool // there are others, which are not settled
}

func (d *Digest) news(entries []ledger.OpenEntry, since, until time.Time) news {
	n := news{groups: map[group]tally{}}
	if since.UnixMilli() > 0 {
		n.since = since
	}
	for _, e := range entries {
		if e.Since.After(until) {
			n.young = true
			continue
		}
		n.open++
		if e.Reason != "" {
			n.letters++
		}
		if !e.Since.After(since) {
			continue
		}
		source, _, _ := strings.Cut(e.Key, "#")
		why := "fails, and is tried again: " + cmp.Or(e.Kind, "of an unknown kind")
		if e.Reason != "" {
			why = "failed for good: " + cmp.Or(e.Kind, e.Reason)
		}
		g := group{source, e.Type, why}
		t := n.groups[g]
		if t.count++; t.count == 1 || e.Since.Before(t.first) {
			t.first = e.Since
		}
		n.groups[g] = t
		n.count++
	}
	return n
}

// text returns the message, without ids and payloads.
func (n news) text(stack string) string {
	var b strings.Builder
	flag := " --stack " + stack
	if stack == "" {
		stack, flag = "hookctl run", ""
	}
	fmt.Fprintf(&b, "%s: %s failing", stack, plural(n.count, "event is", "events are"))
	if !n.since.IsZero() {
		fmt.Fprintf(&b, " that did not fail at %s", clock(n.since))
	}
	if !n.since.IsZero() && n.more > 0 {
		fmt.Fprintf(&b, "; %s more than then", plural(n.more, "dead letter", "dead letters"))
	}
	b.WriteString(".\n")
	order := slices.SortedFunc(maps.Keys(n.groups), func(a, b group) int {
		return cmp.Or(n.groups[b].count-n.groups[a].count, n.groups[a].first.Compare(n.groups[b].first))
	})
	for i, g := range order {
		if i == digestLines {
			fmt.Fprintf(&b, "… and %s more\n", plural(len(order)-i, "group", "groups"))
			break
		}
		fmt.Fprintf(&b, "• %d of %s, %s: %s; since %s\n",
			n.groups[g].count, harmless(g.source), harmless(g.typ), harmless(g.why), clock(n.groups[g].first))
	}
	if !n.whole {
		b.WriteString("At least ")
	}
	fmt.Fprintf(&b, "%s open in all, %d for good (dead letters).\n", plural(n.open, "event is", "events are"), n.letters)
	fmt.Fprintf(&b, "See them: go tool hookctl events list%s --state released", flag)
	if n.letters > 0 {
		fmt.Fprintf(&b, "\nand: go tool hookctl dead list%s", flag)
	}
	return b.String()
}

// maxWords is how much of a group's text is shown, in characters.
const maxWords = 120

// harmless returns a text, which senders and errors have a part in, without what a mail program
// or Slack makes a link, a mention, markup or another line of.
func harmless(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" .,:/*()[]_-", r) {
			return r
		}
		return '?'
	}, webhook.Printable(text, maxWords))
	return strings.ReplaceAll(text, "//", "/?")
}

func clock(t time.Time) string { return t.UTC().Format("Jan 2 15:04 UTC") }

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n) + " " + many
}
