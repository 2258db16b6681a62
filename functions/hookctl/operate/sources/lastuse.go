package sources

import (
	"context"
	"fmt"
	"time"

	"webhookintake/shared/webhook"
)

// A Log is the log of ingest and process.
type Log interface {
	// LastUse returns when a webhook last arrived that the source's secret with that index
	// verified; for the first secret, one that went well. It returns the zero time if there was none
	// since the query's time. All is false if the log was too long to search to its end.
	LastUse(ctx context.Context, q Query) (last time.Time, all bool, err error)
}

// A Query asks for lines of one source since a time: those of one secret; if Code is set,
// those of webhooks that were refused with it; if Expires is set, those of webhooks that were
// accepted at a URL that expires then or before.
type Query struct {
	Source  string
	Index   int
	Code    webhook.Code
	Expires time.Time
	From    time.Time
}

// A SourceUse says which secrets of a source are in use.
type SourceUse struct {
	Name     string      `json:"source"`
	Provider string      `json:"provider"`
	Known    time.Time   `json:"known_since,omitzero"` // an older line of the log may mean another secret; zero means not known
	Secrets  []SecretUse `json:"secrets"`
	Verdict  Verdict     `json:"verdict,omitempty"` // empty before FindUses
	// ExpiredURL is when a webhook last came to a URL of url_secrets that was valid no more.
	ExpiredURL *time.Time `json:"expired_url,omitempty"`
	// ExpiringURL is when a webhook last came to one that expires soon; see ExpiringURL.
	ExpiringURL *time.Time `json:"expiring_url,omitempty"`

	checksURLs bool
}

// A SecretUse says when a secret last verified a webhook.
type SecretUse struct {
	Index    int        `json:"index"`
	Secret   string     `json:"secret"` // masked
	LastUsed *time.Time `json:"last_used"`
	Searched bool       `json:"searched_all"` // false if a use may have been missed
	// Put is when the version was put with which the secret came. It is older if the secret
	// was in the version before as well, which is as far back as one can look.
	Put   time.Time `json:"-"`
	Older bool      `json:"-"`
}

// A Verdict is the conclusion from the uses of a source's secrets.
type Verdict string

// The verdicts.
const (
	InUse    Verdict = "in_use"     // its only secret is in use
	Idle     Verdict = "idle"       // no secret is in use: no webhook was accepted
	TooEarly Verdict = "too_early"  // the secrets changed within the time that was searched
	NotYet   Verdict = "not_yet"    // the provider still signs with an older secret, and not with the first
	Both     Verdict = "both"       // an older secret was used as well
	Unclear  Verdict = "unclear"    // the log was too long to search
	Finish   Verdict = "can_finish" // only the first secret is in use
)

// FindUses searches the log for the uses of every secret, back to since before now. It
// ends at the first error.
func (r *Report) FindUses(ctx context.Context, log Log, now time.Time, since time.Duration) error {
	from := now.Add(-since).UTC()
	r.Since, r.Searched = &from, since
	for i := range r.Sources {
		s := &r.Sources[i]
		if err := s.find(ctx, log, from, now); err != nil {
			return fmt.Errorf("look for uses of source %s: %w", s.Name, err)
		}
		s.Verdict = s.judge(from, now)
		if err := s.findExpired(ctx, log, from); err != nil {
			return fmt.Errorf("look for expired URLs of source %s: %w", s.Name, err)
		}
		if s.checksURLs {
			var err error
			if s.ExpiringURL, err = ExpiringURL(ctx, log, s.Name, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// findExpired looks for webhooks to expired URLs. Nothing else of a source that checks URLs
// is outside a window: the provider signs no time.
func (s *SourceUse) findExpired(ctx context.Context, log Log, from time.Time) error {
	if !s.checksURLs {
		return nil
	}
	last, _, err := log.LastUse(ctx, Query{Source: s.Name, Code: webhook.ErrTimestampOutsideWindow, From: from})
	if !last.IsZero() {
		s.ExpiredURL = new(last.UTC())
	}
	return err
}

const (
	// SoonExpired is how long before its end a URL in use is reported.
	SoonExpired = 7 * 24 * time.Hour
	// urlsSince is how far back the log is searched for the URLs that are in use.
	urlsSince = 24 * time.Hour
)

// ExpiringURL returns when a webhook last came, within a day, to a URL of the source that
// expires within [SoonExpired]; nil if none did.
func ExpiringURL(ctx context.Context, log Log, name string, now time.Time) (*time.Time, error) {
	last, _, err := log.LastUse(ctx, Query{Source: name, Expires: now.Add(SoonExpired), From: now.Add(-urlsSince)})
	switch {
	case err != nil:
		return nil, fmt.Errorf("look for URLs of source %s that expire soon: %w", name, err)
	case last.IsZero():
		return nil, nil
	}
	return new(last.UTC()), nil
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
			secret.LastUsed = new(last.UTC())
		}
	}
	return nil
}

// judge draws the conclusion from what was found between the two times.
func (s *SourceUse) judge(from, now time.Time) Verdict {
	first, older, missed := false, false, false
	for i, secret := range s.Secrets {
		used := secret.LastUsed != nil
		first = first || used && i == 0
		older = older || used && i > 0
		missed = missed || !secret.Searched
	}
	early := s.Known.IsZero() || s.Known.After(from)
	if len(s.Secrets) == 1 { // without a rotation to judge, any time is enough
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

// SearchedFrom returns how far back uses of a source's secrets could be found.
func (r *Report) SearchedFrom(s SourceUse) time.Time {
	if s.Known.After(*r.Since) {
		return s.Known
	}
	return *r.Since
}

// Silent reports whether no use of any secret was found, although there are sources. A log
// without lines of events that went well is silent, too. A log that could not be read to its
// end is not.
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
