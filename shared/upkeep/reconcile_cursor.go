package upkeep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"webhookintake/shared/ledger"
)

// cursorNote begins the names of the providers' notes.
const cursorNote = "cursor#reconcile-"

// A cursor is what a provider's poll keeps for the next one. Each part has a note of its own,
// because a note has at most 400 KB. A poll must do without a part that is lost.
type cursor struct {
	own   json.RawMessage
	parts []json.RawMessage
}

// A lastPoll is what the notes of a provider say.
type lastPoll struct {
	// The content of the first note. At is when all that there was had been found, in Unix
	// milliseconds.
	At     int64           `json:"at"`
	Cursor json.RawMessage `json:"cursor,omitempty"`
	Parts  int             `json:"parts,omitempty"` // the further notes

	name  string
	notes []ledger.Note // as they were read
}

// partName returns the name of a provider's note, of which the first has no number.
func partName(name string, part int) string {
	if part == 0 {
		return name
	}
	return fmt.Sprintf("%s-%d", name, part)
}

// last reads a provider's first note.
func (r *Reconcile) last(ctx context.Context, name string) (*lastPoll, error) {
	note, err := r.Notes.GetNote(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("read what was found before: %w", quiet{err})
	}
	last := lastPoll{name: name, notes: []ledger.Note{note}}
	_ = json.Unmarshal([]byte(note.Text), &last) // without a valid note, nothing was found before
	return &last, nil
}

// parts reads the further notes, and returns the cursor.
func (r *Reconcile) parts(ctx context.Context, last *lastPoll) (cursor, error) {
	c := cursor{own: last.Cursor}
	for i := range last.Parts {
		note, err := r.Notes.GetNote(ctx, partName(last.name, i+1))
		if err != nil {
			return c, fmt.Errorf("read what was found before: %w", quiet{err})
		}
		last.notes = append(last.notes, note)
		c.parts = append(c.parts, json.RawMessage(note.Text))
	}
	return c, nil
}

// note writes the notes that changed, even if ctx has ended. If another run wrote one since,
// that stands: what this one sent is found again.
func (r *Reconcile) note(ctx context.Context, last *lastPoll, next cursor) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteTime)
	defer cancel()
	for i, part := range next.parts {
		if err := r.put(ctx, last, i+1, part); err != nil {
			return err
		}
	}
	last.Cursor, last.Parts = next.own, len(next.parts)
	text, err := json.Marshal(last)
	if err != nil {
		return err
	}
	return r.put(ctx, last, 0, text)
}

// put writes one note if it changed.
func (r *Reconcile) put(ctx context.Context, last *lastPoll, part int, text []byte) error {
	for part >= len(last.notes) { // not in use so far; there may be an old one
		note, err := r.Notes.GetNote(ctx, partName(last.name, len(last.notes)))
		if err != nil {
			return fmt.Errorf("note what was found: %w", quiet{err})
		}
		last.notes = append(last.notes, note)
	}
	before := last.notes[part]
	if before.Text == string(text) {
		return nil
	}
	err := r.Notes.PutNote(ctx, partName(last.name, part), before.Version, string(text))
	if err == nil || errors.Is(err, ledger.ErrNoteMoved) {
		return nil
	}
	return fmt.Errorf("note what was found: %w", quiet{err})
}
