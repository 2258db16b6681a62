package pipeline

import (
	"encoding/json"
	"fmt"
)

// format is the version of [snapshot]. A change that an older program would misread
// counts it up.
const format = 1

// snapshot is the content of a Pipeline as JSON.
type snapshot struct {
	Format      int             `json:"format"`
	Queue       json.RawMessage `json:"queue"`
	DeadLetters json.RawMessage `json:"dead_letters"`
	Ledger      json.RawMessage `json:"ledger"`
	Vault       json.RawMessage `json:"vault"`
	Paused      bool            `json:"paused,omitempty"` // processing is
}

// Snapshot returns queue, dead letters, ledger and vault as JSON, payloads included, and
// whether processing is paused, for [Pipeline.Restore]. Take it when no webhook is being received or handled.
func (p *Pipeline) Snapshot() ([]byte, error) {
	s := snapshot{Format: format}
	s.Paused, _ = p.gate.state()
	for _, part := range []struct {
		take func() (json.RawMessage, error)
		to   *json.RawMessage
	}{
		{p.Queue.Snapshot, &s.Queue}, {p.DeadLetters.Snapshot, &s.DeadLetters}, {p.Ledger.Snapshot, &s.Ledger},
		{p.Vault.Snapshot, &s.Vault},
	} {
		var err error
		if *part.to, err = part.take(); err != nil {
			return nil, fmt.Errorf("take a snapshot: %w", err)
		}
	}
	return json.Marshal(s)
}

// Restore puts a snapshot into a new Pipeline. After an error, do not use the Pipeline.
func (p *Pipeline) Restore(raw []byte) error {
	var s snapshot
	if err := json.Unmarshal(raw, &s); err != nil {
		return fmt.Errorf("restore a snapshot: %w", err)
	}
	if s.Format != format {
		return fmt.Errorf("restore a snapshot: it has format %d, this program reads format %d", s.Format, format)
	}
	if s.Vault == nil { // of a program that had none
		s.Vault = json.RawMessage("{}")
	}
	for _, part := range []struct {
		name    string
		restore func(json.RawMessage) error
		raw     json.RawMessage
	}{
		{"queue", p.Queue.Restore, s.Queue},
		{"dead_letters", p.DeadLetters.Restore, s.DeadLetters},
		{"ledger", p.Ledger.Restore, s.Ledger},
		{"vault", p.Vault.Restore, s.Vault},
	} {
		if len(part.raw) == 0 || string(part.raw) == "null" {
			return fmt.Errorf("restore a snapshot: it has no %s", part.name)
		}
		if err := part.restore(part.raw); err != nil {
			return fmt.Errorf("restore a snapshot: %w", err)
		}
	}
	p.gate.set(s.Paused)
	return nil
}
