package sources

import (
	"context"
	"fmt"
	"time"
)

// A Log is ingest's log.
type Log interface {
	// LastUse returns when the secret of that index of the source last vouched for a
	// webhook, the first one for one that was accepted, the zero time where it did not within the query's time. All is false where
	// there was more to look through than it did.
	LastUse(ctx context.Context, q Query) (last time.Time, all bool, err error)
}

// A Query asks for lines of one source and secret, from a time on.
type Query struct {
	Source string
	Index  int
	From   time.Time
}

// A SourceUse says which secrets of a source are in use.
type SourceUse struct {
	Name     string      `json:"source"`
	Provider string      `json:"provider"`
	Known    time.Time   `json:"known_since,omitzero"` // an older line of the log may mean another secret; zero where nothing is known
	Secrets  []SecretUse `json:"secrets"`
	Verdict  Verdict     `json:"verdict,omitempty"` // empty before FindUses
}

// A SecretUse says when a secret last vouched for a webhook.
type SecretUse struct {
	Index    int        `json:"index"`
	Secret   string     `json:"secret"` // masked
	LastUsed *time.Time `json:"last_used"`
	Searched bool       `json:"searched_all"` // false where a use may have been missed
}

// A Verdict is what the uses of a source's secrets amount to.
type Verdict string

// The verdicts.
const (
	InUse    Verdict = "in_use"     // its only secret is
	Idle     Verdict = "idle"       // none is: no webhook was accepted
	TooEarly Verdict = "too_early"  // the secrets changed less than the time asked for ago
	NotYet   Verdict = "not_yet"    // the provider still signs with an older secret, and not with the first
	Both     Verdict = "both"       // an older secret was used as well
	Unclear  Verdict = "unclear"    // there was too much to look through
	Finish   Verdict = "can_finish" // only the first is
)

// FindUses looks in the log, back to since before now, for the uses of every secret. It
// gives up at the first error.
func (r *Report) FindUses(ctx context.Context, log Log, now time.Time, since time.Duration) error {
	from := now.Add(-since)
	r.Since, r.searched = &from, since
	for i := range r.Sources {
		s := &r.Sources[i]
		if err := s.find(ctx, log, from, now); err != nil {
			return fmt.Errorf("look for uses of source %s: %w", s.Name, err)
		}
		s.Verdict = s.judge(from, now)
	}
	return nil
}

func (s *SourceUse) find(ctx context.Context, log Log, from, now time.Time) error {
	if s.Known.IsZero() {
		return nil
	}
	if s.Known.After(from) {
		from = s.Known
	}
	if !from.Before(now) {
		return nil
	}
	for i := range s.Secrets {
		secret := &s.Secrets[i]
		last, all, err := log.LastUse(ctx, Query{Source: s.Name, Index: secret.Index, From: from})
		if err != nil {
			return err
		}
		if secret.Searched = all || !last.IsZero(); !last.IsZero() {
			secret.LastUsed = &last
		}
	}
	return nil
}

// judge concludes from what was found between the two times.
func (s *SourceUse) judge(from, now time.Time) Verdict {
	first, older, missed := false, false, false
	for i, secret := range s.Secrets {
		used := secret.LastUsed != nil
		first = first || used && i == 0
		older = older || used && i > 0
		missed = missed || !secret.Searched
	}
	early := s.Known.IsZero() || s.Known.After(from)
	if len(s.Secrets) == 1 { // without a rotation to judge, any time will do
		early = s.Known.IsZero() || !s.Known.Before(now)
	}
	switch {
	case older && !first:
		return NotYet
	case older:
		return Both
	case first && len(s.Secrets) == 1:
		return InUse
	case early:
		return TooEarly
	case missed:
		return Unclear
	case first:
		return Finish
	}
	return Idle
}

// Advice says what the verdict on a source means, and what to do. It is empty where there
// is nothing to say, and before FindUses.
func (r *Report) Advice(s SourceUse) string {
	if r.Since == nil {
		return ""
	}
	switch s.Verdict {
	case Idle:
		return "no accepted webhooks since " + Clock(r.lookedFrom(s))
	case TooEarly:
		if s.Known.IsZero() {
			return "an older version was brought back, so the log does not show which secret was used:\nlook again once a new version was put"
		}
		return fmt.Sprintf("too early to tell: which secret was used is known from %s on.\nLook again after %s, or look back less far with --since",
			Clock(s.Known), Clock(s.Known.Add(r.searched)))
	case NotYet:
		return "the provider still signs with an older secret: give it secrets[0]"
	case Both:
		return "an older secret was in use as well: do not finish the rotation yet, look again later"
	case Unclear:
		return "the log is too long to look through: look back less far with --since"
	case Finish:
		return fmt.Sprintf("only secrets[0] was used in the last %s: the rotation can be finished", Span(r.searched))
	}
	return ""
}

// lookedFrom is how far back uses of a source's secrets could be found.
func (r *Report) lookedFrom(s SourceUse) time.Time {
	if s.Known.After(*r.Since) {
		return s.Known
	}
	return *r.Since
}

// Last says when a secret was last used, or since when it was not.
func (r *Report) Last(s SourceUse, u SecretUse, now time.Time) string {
	switch {
	case r.Since == nil, s.Known.IsZero():
		return "not known"
	case u.LastUsed != nil:
		return fmt.Sprintf("last used %s, %s ago", Clock(*u.LastUsed), Span(now.Sub(*u.LastUsed)))
	case !u.Searched:
		return "not known"
	}
	return "not used since " + Clock(r.lookedFrom(s))
}

// Silent reports whether there are sources, and no use of any was found: that is how a log
// looks too that has no lines of accepted webhooks. A log that could not be read, or not
// to its end, is not silent.
func (r *Report) Silent() bool {
	for _, s := range r.Sources {
		if s.Verdict == "" {
			return false
		}
		for _, secret := range s.Secrets {
			if secret.LastUsed != nil {
				return false
			}
		}
	}
	return len(r.Sources) > 0
}

// Span is a duration in as few words as it needs: 1h30m.
func Span(d time.Duration) string {
	hours, minutes := d/time.Hour, d%time.Hour/time.Minute
	switch {
	case d < time.Minute:
		return d.Round(time.Second).String()
	case hours == 0:
		return fmt.Sprintf("%dm", minutes)
	case minutes == 0:
		return fmt.Sprintf("%dh", hours)
	}
	return fmt.Sprintf("%dh%dm", hours, minutes)
}

// Clock is a time to the minute.
func Clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
