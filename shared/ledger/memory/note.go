package memory

import (
	"context"

	"webhookintake/shared/ledger"
)

// GetNote is described at [ledger.Notes].
func (s *Store) GetNote(ctx context.Context, name string) (note ledger.Note, err error) {
	err = s.faulty(ctx, OpNote, name, func() error {
		note = s.notes[name]
		return nil
	})
	if err != nil {
		return ledger.Note{}, err
	}
	return note, nil
}

// PutNote is described at [ledger.Notes].
func (s *Store) PutNote(ctx context.Context, name string, version int64, text string) error {
	return s.faulty(ctx, OpNote, name, func() error {
		if !s.notes[name].CanPut(version, text) {
			return ledger.ErrNoteMoved
		}
		if s.notes == nil {
			s.notes = map[string]ledger.Note{}
		}
		s.notes[name] = ledger.Note{Version: version + 1, Text: text}
		return nil
	})
}
