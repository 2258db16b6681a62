package source

import (
	"context"
	"errors"
	"time"

	"webhookintake/shared/provider/standard"
	"webhookintake/shared/webhook"
)

// ErrNoProbe says that there is no source through which the stack could test itself. The
// error that wraps it says why, and what to do.
var ErrNoProbe = errors.New("no probe")

var (
	errProbeKey  = probeError(`the sources have no "` + KeyName + `"; make one with: hookctl sources key`)
	errProbeName = probeError(`the sources have one named "` + webhook.Probe + `", which the stack tests itself through; give yours another name`)
)

// A probeError is a reason for [ErrNoProbe].
type probeError string

func (e probeError) Error() string   { return ErrNoProbe.Error() + ": " + string(e) }
func (probeError) Is(err error) bool { return err == ErrNoProbe }

// probeProvider is the provider of probes: that of Standard Webhooks, under a name of its own.
// It is not among [Providers], so no source can name it, nor can a handler.
type probeProvider struct{ standard.Provider }

func (probeProvider) Name() string { return webhook.Probe }

// IsProbe reports whether s is the source of probes, and not one that is configured.
func (s Source) IsProbe() bool {
	_, is := s.Provider.(probeProvider)
	return is
}

// Probe returns the source through which a stack tests itself. It is in no document: its
// secret is derived from the document's key, by whoever can read that. If the copy of the
// document is older than that, Probe reads it again. The error is [ErrNoProbe], or
// [webhook.ErrSourcesUnavailable].
func (s *Sources) Probe(ctx context.Context, oldest time.Duration) (Source, error) {
	held, err := s.set(ctx, oldest)
	if err != nil {
		return Source{}, err
	}
	return held.probe()
}

func (s *snapshot) probe() (Source, error) {
	if _, taken := s.set[webhook.Probe]; taken {
		return Source{}, errProbeName
	}
	return probeOf(s.hash)
}

// ProbeIn returns why a document has no probe, nil if it has one. The error is [ErrNoProbe].
func ProbeIn(doc []byte, o ParseOptions) error {
	set, hash, err := parse(doc, o)
	if err != nil {
		return err
	}
	_, err = (&snapshot{set: set, hash: hash}).probe()
	return err
}

// probeOf returns the source of probes under that key.
func probeOf(hash webhook.Hasher) (Source, error) {
	secret, ok := hash.ProbeSecret()
	if !ok {
		return Source{}, errProbeKey
	}
	s := Source{
		Name: webhook.Probe, Provider: probeProvider{},
		Settings: webhook.Settings{Secrets: []webhook.Secret{secret}, Hash: hash},
	}
	var err error
	s.Verifier, err = s.Provider.Configure(s.Settings)
	return s, err
}
