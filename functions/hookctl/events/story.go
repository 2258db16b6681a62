package events

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/dead"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/ledger"
	"webhookintake/shared/vault"
)

// letterPatience is how long a letter is looked for. The queue has to be read letter by letter.
const letterPatience = 10 * time.Second

// runsPatience is how long the log is read for how long an event's runs took.
const runsPatience = 5 * time.Second

// logMargin is what clocks of ingest, process and CloudWatch may differ by, at most.
const logMargin = time.Minute

// A story is what is known of one event.
type story struct {
	in      cli.Intake
	ledger  operate.Ledger
	payload bool // is read, too

	entry     events.Entry
	body      []byte // nil if it cannot be had, or is not read
	missing   string // why there is no body
	runs      []operate.Run
	runsErr   error // some may be missing
	letters   []dead.Letter
	letterErr error // the letters are not known
}

// A storyView is a story as JSON.
type storyView struct {
	events.View
	Timings []operate.Run `json:"timings,omitempty"` // of its runs, as far as the log has them
	Letters []dead.View   `json:"letters,omitempty"` // most often one, with those folded into it
}

// read reads everything about the event with that key, as it is now.
func (s *story) read(ctx context.Context, key string, now time.Time) error {
	rec, ok, err := s.ledger.Record(ctx, key)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("%s: %w", key, events.ErrNoRecord)
	}
	s.entry = events.Entry{Key: key, Record: rec}
	if s.missing = payloadHidden; s.payload {
		if err := s.readBody(ctx, key); err != nil {
			return err
		}
	}
	s.runs, s.runsErr = s.readRuns(ctx, now)
	if s.entry.HasLetter() {
		s.letterErr = s.readLetters(ctx)
	}
	return nil
}

// readRuns reads the runs from when the event was received until it ended.
func (s *story) readRuns(ctx context.Context, now time.Time) ([]operate.Run, error) {
	until := now
	if s.entry.Ended() {
		until = s.entry.Finished
	}
	limited, cancel := context.WithTimeout(ctx, runsPatience)
	defer cancel()
	runs, err := s.in.Runs(limited, s.entry.Key, s.entry.Received.Add(-logMargin), until.Add(logMargin))
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		err = fmt.Errorf("the log could not be read within %v", runsPatience)
	}
	return runs, err
}

// readBody reads the event's body, from the vault if it is there.
func (s *story) readBody(ctx context.Context, key string) error {
	kept, err := s.ledger.Payload(ctx, key)
	if err == nil {
		s.body, err = operate.WholeBody(ctx, kept, s.in.Vault)
	}
	switch {
	case errors.Is(err, ledger.ErrNoPayload):
		s.missing = payloadNotKept
	case errors.Is(err, vault.ErrNotFound), errors.Is(err, vault.ErrOtherBody):
		s.missing = bodyGone
	default:
		return err
	}
	return nil
}

func (s *story) readLetters(ctx context.Context) error {
	q, err := s.in.DeadLetters()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, letterPatience)
	defer cancel()
	d := dead.Client{Dead: q}
	found, err := d.ListOf(ctx, dead.Filter{IDs: []string{s.entry.ID()}, Sources: []string{s.entry.Source()}}, s.entry.Fence)
	s.letters = found.Letters
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("not all of them could be looked at within %v: hookctl dead show %s%s does", letterPatience, s.entry.ID(), s.in.Flags)
	}
	return err
}

func (s *story) print(e *cli.Env, asJSON bool) error {
	if s.runsErr != nil {
		e.Err.Text("How long its runs took may be missing here: %v", s.runsErr)
	}
	if s.letterErr != nil {
		e.Err.Text("Its dead letter may be missing here: %v", s.letterErr)
	}
	if asJSON {
		if s.payload && s.body == nil {
			e.Err.Print("%s", s.missing)
		}
		view := storyView{View: s.entry.View().WithPayload(s.body), Timings: s.runs}
		for _, l := range s.letters {
			view.Letters = append(view.Letters, l.View())
		}
		return e.Out.JSONLine(view)
	}
	printEntry(e.Out, s.entry, s.runs, e.Now())
	for _, l := range s.letters {
		printLetter(e.Out, l, s.entry, e.Now())
	}
	if s.entry.HasLetter() && len(s.letters) == 0 && s.letterErr == nil {
		printLine(e.Out, "letter", "not found: another program is looking at it, it was deleted, or it expired after 14 days; replay handles the event again")
	}
	if s.body == nil {
		printLine(e.Out, "payload", s.missing)
		return nil
	}
	printPayload(e.Out, s.body)
	return nil
}

// printLetter writes what a letter of the event says.
func printLetter(out *cli.Writer, l dead.Letter, of events.Entry, now time.Time) {
	text := string(l.Reason())
	if cause := l.Cause(); cause != "" {
		text += ": " + cause
	}
	printLine(out, "letter", text)
	text = "since " + cli.TimeAndAge(l.At(), now)
	switch fence := l.Fence(); fence {
	case 0:
		text += ", without a fence"
	case of.Fence:
		text += fmt.Sprintf(", fence %d", fence)
	default:
		text += fmt.Sprintf(", fence %d: of an earlier run", fence)
	}
	printLine(out, "", text)
	printLine(out, "", "message "+l.Wire.MessageID)
	if n := len(l.Folded); n > 0 {
		printLine(out, "", fmt.Sprintf("stands for %s too: %s", cli.Count(n, "letter", "letters"), strings.Join(l.Folded, ", ")))
	}
	printLine(out, "", l.Explanation())
}
