package sources

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// settle is the time after which a version serves everywhere: instances keep the version
// before for up to 5 minutes, and log a request that it verified some seconds later.
const settle = 6 * time.Minute

// A Report says which version serves, and which secrets are in use.
type Report struct {
	Valid    bool          `json:"valid"`             // the current version is a sources document
	Faults   []string      `json:"faults"`            // of the current version
	Serving  source.Stage  `json:"serving,omitempty"` // the version in use; empty if none can serve
	Changed  *time.Time    `json:"changed,omitempty"` // when that version was put; nil if there is none
	Since    *time.Time    `json:"since,omitempty"`   // the log was searched from then on; nil before FindUses
	Sources  []SourceUse   `json:"sources"`
	Warnings []Warning     `json:"warnings"`
	Searched time.Duration `json:"-"` // how long ago Since is
}

// Examine checks the current version, and falls back to the previous one as ingest does.
// Its error says that the secret could not be read; faults of the document are in the
// Report.
func Examine(ctx context.Context, secret Secret) (*Report, error) {
	r := &Report{Faults: []string{}, Sources: []SourceUse{}, Warnings: []Warning{}}
	current, err := secret.Read(ctx, source.Current)
	if errors.Is(err, source.ErrNoVersion) {
		r.Valid = true // no version means no sources, which is not a fault
		return r, nil
	}
	if err != nil {
		return nil, err
	}
	previous, err := secret.Read(ctx, source.Previous)
	if err != nil && !errors.Is(err, source.ErrNoVersion) {
		return nil, err
	}
	_, fault := source.Parse(current.Document, source.ParseOptions{})
	if r.Valid = fault == nil; !r.Valid {
		r.Faults = strings.Split(fault.Error(), "\n")
	}
	_, previousFault := source.Parse(previous.Document, source.ParseOptions{}) // without a version it is not a document
	switch {
	case r.Valid && previousFault == nil:
		r.serve(source.Current, current, &previous)
	case r.Valid:
		r.serve(source.Current, current, nil)
	case previousFault == nil:
		r.serve(source.Previous, previous, nil)
	}
	return r, nil
}

// serve fills in the version that serves. Before is the one that served before it; nil
// means that it is not known.
func (r *Report) serve(stage source.Stage, v Version, before *Version) {
	r.Serving, r.Changed = stage, new(v.Created.UTC())
	document, err := ReadDocument(v.Document)
	if err != nil {
		return // it is valid, so it can be read
	}
	r.Warnings = document.Warnings()
	var earlier Document
	if before != nil {
		earlier, _ = ReadDocument(before.Document)
	}
	for _, name := range document.Names() {
		e := document.Entry(name)
		use := SourceUse{
			Name: name, Provider: e.Provider, Known: v.Created.UTC().Add(settle), checksURLs: len(document.URLSecrets(name)) > 0,
		}
		if before != nil {
			use.Known = knownSince(v, *before, slices.EqualFunc(e.Secrets, earlier.Entry(name).Secrets, same)).UTC()
		}
		for i, s := range e.Secrets {
			one := SecretUse{Index: i, Secret: Mask(s), Put: v.Created.UTC(), Older: before == nil || before.Created.After(v.Created)}
			if slices.ContainsFunc(earlier.Entry(name).Secrets, func(o webhook.Secret) bool { return same(o, s) }) && !one.Older {
				one.Put, one.Older = before.Created.UTC(), true
			}
			use.Secrets = append(use.Secrets, one)
		}
		r.Sources = append(r.Sources, use)
	}
}

// knownSince returns the time from which an index in the log means the secret that has it
// now: when the version came into use, or the one before it if that has the same secrets.
//
// A version that is older than the one before it was restored at an unknown time.
func knownSince(v, before Version, same bool) time.Time {
	broughtBack := before.Created.After(v.Created)
	switch {
	case same && broughtBack:
		return v.Created.Add(settle)
	case same:
		return before.Created.Add(settle)
	case broughtBack:
		return time.Time{}
	}
	return v.Created.Add(settle)
}

// Err returns what is wrong with the current version.
func (r *Report) Err() error {
	if r.Valid {
		return nil
	}
	serves := "nor is the previous one, so every webhook is answered with 503"
	if r.Serving == source.Previous {
		serves = "the previous one (AWSPREVIOUS) serves instead"
	}
	return fmt.Errorf("the current version is not a valid sources document; %s. Fix it:\n  %s",
		serves, strings.Join(r.Faults, "\n  "))
}
