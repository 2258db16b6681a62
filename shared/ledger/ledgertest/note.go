package ledgertest

import (
	"fmt"
	"sync"

	"webhookintake/shared/ledger"
)

const (
	promiseNotes     = "Notes keeps short texts beside the records, by which programs agree: who works, and how far a task has come."
	promiseGetNote   = "GetNote returns a note as it was last put, or the zero Note if there is none."
	promisePutNote   = "PutNote replaces the text of a note that was read at that version, and so moves the note to the next version."
	promiseNoteMoved = "It returns ErrNoteMoved, and changes nothing, if the note is no longer at the version."
	promiseNoteTwice = "Putting the same text again is no error."
)

// wantNote checks a note.
func (b *bench) wantNote(name string, version int64, text string) {
	b.Helper()
	got, err := b.Store.GetNote(b.Context(), name)
	b.wantError("GetNote", err, nil)
	b.wantEqual("note "+name, got, ledger.Note{Version: version, Text: text})
}

// put puts a note, and checks the error.
func (b *bench) put(name string, version int64, text string, want error) {
	b.Helper()
	b.wantError("PutNote "+text, b.Store.PutNote(b.Context(), name, version, text), want)
}

func noteCases() []testCase {
	return []testCase{
		{"NoteOfNone", promiseGetNote, func(b *bench) { b.wantNote("n", 0, "") }},
		{"NotePut", promisePutNote, func(b *bench) {
			b.put("n", 0, "one", nil)
			b.wantNote("n", 1, "one")
			b.put("n", 1, "two", nil)
			b.wantNote("n", 2, "two")
			b.wantNote("m", 0, "")
		}},
		{"NoteIsNoRecord", promiseNotes, func(b *bench) {
			b.put("n", 0, "one", nil)
			if rec, ok := b.Record(b.T, "n"); ok {
				b.Errorf("the note became the record %+v", rec)
			}
		}},
		{"NoteMoved", promiseNoteMoved, func(b *bench) {
			b.put("n", 1, "early", ledger.ErrNoteMoved)
			b.wantNote("n", 0, "")
			b.put("n", 0, "one", nil)
			b.put("n", 0, "two", ledger.ErrNoteMoved)
			b.put("n", 2, "three", ledger.ErrNoteMoved)
			b.wantNote("n", 1, "one")
			b.put("n", 1, "two", nil)
			b.put("n", 0, "one", ledger.ErrNoteMoved) // a repeated call that comes too late
			b.wantNote("n", 2, "two")
		}},
		{"NoteTwice", promiseNoteTwice, func(b *bench) {
			for range 2 {
				b.put("n", 0, "one", nil)
			}
			for range 2 {
				b.put("n", 1, "two", nil)
			}
			b.wantNote("n", 2, "two")
		}},
		{"NoteLost", promiseNoteTwice, func(b *bench) {
			for i, reply := range []bool{false, true} {
				stop := b.Lose(Loss{Reply: reply})
				text := fmt.Sprint(i)
				if err := b.Store.PutNote(b.Context(), "n", int64(i), text); err == nil || !stop() {
					b.Fatalf("PutNote = %v, want the loss", err)
				}
				b.put("n", int64(i), text, nil)
				b.wantNote("n", int64(i)+1, text)
			}
		}},
		{"RaceForANote", promiseNoteMoved, func(b *bench) {
			const n = 8
			errs := make([]error, n)
			var group sync.WaitGroup
			for i := range n {
				group.Go(func() { errs[i] = b.Store.PutNote(b.Context(), "n", 0, fmt.Sprint(i)) })
			}
			group.Wait()
			won := 0
			for i, err := range errs {
				if err == nil {
					won++
					b.wantNote("n", 1, fmt.Sprint(i))
					continue
				}
				b.wantError("PutNote", err, ledger.ErrNoteMoved)
			}
			b.wantEqual("winners", won, 1)
		}},
	}
}
