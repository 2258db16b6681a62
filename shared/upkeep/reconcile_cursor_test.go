package upkeep_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"webhookintake/shared/ledger"
)

const many = 2000 // watchlists, whose cursor needs some notes

// notesOf returns a provider's notes.
func (b *bureau) notesOf(t *testing.T) (notes []ledger.Note) {
	t.Helper()
	for name := "cursor#reconcile-kyc"; ; name = fmt.Sprint("cursor#reconcile-kyc-", len(notes)) {
		note, err := b.notes.GetNote(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if note.Version == 0 {
			return notes
		}
		notes = append(notes, note)
	}
}

// versions returns how often the provider's notes have been written.
func (b *bureau) versions(t *testing.T) (sum int64) {
	t.Helper()
	for _, note := range b.notesOf(t) {
		sum += note.Version
	}
	return sum
}

// runAll runs the task until it is not due.
func (b *bureau) runAll(t *testing.T) (messages int) {
	t.Helper()
	for range 2 * many / 200 {
		summary, err := b.run(t)
		if summary == "kyc: not due" {
			return messages
		}
		if err != nil {
			t.Fatal(err)
		}
		messages += b.handle(t)
	}
	t.Fatal("the runs find no end")
	return 0
}

// The cursor of an account of any size fits its notes, and each change is handled once, also
// when the account grows or shrinks.
func TestReconcileManyWatchlists(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, b *bureau) {
		for i := range many {
			b.check(fmt.Sprint("w-", i), `{}`)
		}
		if n := b.runAll(t); n != many {
			t.Errorf("queued %d, want %d", n, many)
		}
		whole := len(b.notesOf(t))
		for i, note := range b.notesOf(t) {
			if len(note.Text) > 128<<10 {
				t.Errorf("note %d has %d bytes", i, len(note.Text))
			}
		}
		if whole < 2 {
			t.Errorf("there are %d notes, want several", whole)
		}
		for _, size := range []int{10, many} { // the account's size now
			for i := size; i < many; i++ {
				delete(b.lists, fmt.Sprint("w-", i))
			}
			for i := 10; i < size; i++ {
				b.lists[fmt.Sprint("w-", i)] = `{}` // checked when it was before
			}
			time.Sleep(time.Hour)
			b.check("w-1", fmt.Sprintf(`{"n":%d}`, size))
			b.runAll(t)
			time.Sleep(time.Hour)
			written := b.versions(t)
			if n := b.runAll(t); n != 0 || len(b.notesOf(t)) != whole {
				t.Errorf("with %d watchlists, %d are queued again; %d notes, want %d", size, n, len(b.notesOf(t)), whole)
			}
			if diff := b.versions(t) - written; diff != 1 {
				t.Errorf("with %d watchlists, %d notes were written, want the first only: each costs 100 write units", size, diff)
			}
		}
		if len(b.handled) != many+2 {
			t.Errorf("handled %d, want %d", len(b.handled), many+2)
		}
	})
}

// The cursor of the version before, in one note, is read.
func TestReconcileReadsTheOldCursor(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, b *bureau) {
		type check struct {
			At  int64  `json:"at"`
			Sum string `json:"sum"`
		}
		var old struct {
			At     int64 `json:"at"`
			Cursor struct {
				Since int64            `json:"since"`
				Seen  map[string]check `json:"seen"`
			} `json:"cursor"`
		}
		old.At, old.Cursor.Since = time.Now().UnixMilli(), time.Now().Add(-time.Hour).UnixMilli()
		old.Cursor.Seen = map[string]check{}
		for i := range many {
			id := fmt.Sprint("w-", i)
			b.check(id, `{}`)
			old.Cursor.Seen[id] = check{time.Now().UnixMilli(), "RBNvo1WzZ4oRRq0W"} // of {}
		}
		text, err := json.Marshal(old)
		if err == nil {
			err = b.notes.PutNote(t.Context(), "cursor#reconcile-kyc", 0, string(text))
		}
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		b.check("w-1", `{"n":1}`)
		b.check("w-2", `{}`)
		if n := b.runAll(t); n != 1 {
			t.Errorf("queued %d, want the one that changed", n)
		}
		if n := len(b.notesOf(t)); n < 2 {
			t.Errorf("%d notes, want several", n)
		}
	})
}

// If a part of the cursor cannot be written, what it had is found again and handled once.
func TestReconcileLosesAPart(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, b *bureau) {
		for i := range many {
			b.check(fmt.Sprint("w-", i), `{}`)
		}
		b.notes.Fault = func(op, key string) (bool, error) {
			if key == "cursor#reconcile-kyc-1" {
				return false, errDown
			}
			return true, nil
		}
		failed := 0
		for range many / 200 {
			if _, err := b.run(t); err != nil {
				failed++
			}
			b.handle(t)
		}
		b.notes.Fault = nil
		b.runAll(t)
		if len(b.handled) != many || failed == 0 {
			t.Errorf("handled %d, want %d; %d runs failed", len(b.handled), many, failed)
		}
	})
}
