package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/shared/hook"
	"webhookintake/shared/ingest"
	"webhookintake/shared/lambdasqs"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
)

// slowAfter is how long a handler runs before the watch says so.
const slowAfter = 2 * time.Second

// A watch prints each webhook when it is answered, and how it was handled: each line with
// the event's id, because events are handled concurrently. A worker may finish a message
// before its sender has the answer, so the outcome waits until the answer is printed.
type watch struct {
	out  *cli.Writer
	logs *pipeline.Logs
	now  func() time.Time

	showBody bool
	saves    saveFolder

	mu       sync.Mutex
	answers  map[string]int      // by event: printed answers whose outcome is not printed yet
	outcomes map[string][]string // by event: outcomes whose answer is not printed yet
	running  int                 // handlers
}

func newWatch(out *cli.Writer, logs *pipeline.Logs, now func() time.Time) *watch {
	return &watch{out: out, logs: logs, now: now, answers: map[string]int{}, outcomes: map[string][]string{}}
}

// answered prints the answer to a webhook.
func (w *watch) answered(r pipeline.Answered) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if r.Status != http.StatusOK {
		w.print(w.timed(w.out.Bad(fmt.Sprintf("%d refused", r.Status)) + "  " + refusal(r.Report)))
		return
	}
	id := short(r.ID)
	text := w.timed(fmt.Sprintf("%s  %d in %s  %s %s", id, r.Status, cli.Millis(r.Took), r.Source, r.Type))
	if w.showBody {
		text += "\n" + indent + id + "  body:\n" + indent + "  " + body(r.Event.Raw)
	}
	if w.saves != "" {
		text += w.below(id, w.saves.save(r.Event))
	}
	w.print(text)
	key := r.Source + "#" + r.ID
	if waiting := w.outcomes[key]; len(waiting) > 0 {
		w.print(waiting[0])
		if w.outcomes[key] = waiting[1:]; len(waiting) == 1 {
			delete(w.outcomes, key)
		}
		return
	}
	w.answers[key]++
}

// blocked prints why a request was refused before it came to the intake.
func (w *watch) blocked(why string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.print(w.timed(w.out.Bad("403 refused") + "  " + why))
}

// say prints a line.
func (w *watch) say(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.print(w.timed(text))
}

// around runs a handler, and says so if that takes long.
func (w *watch) around(m queue.Message, handler string, run func() error) error {
	w.count(1)
	defer w.count(-1)
	slow := time.AfterFunc(slowAfter, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.print(w.timed(fmt.Sprintf("%s  %s still runs after %v", short(m.ID), handler, slowAfter)))
	})
	defer slow.Stop()
	return run()
}

func (w *watch) count(more int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running += more
}

// worked prints the outcome of a message, unless its answer is not printed yet.
func (w *watch) worked(one pipeline.Worked) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := w.outcome(one)
	for _, line := range w.logs.Take() {
		text += w.below(w.owner(line, one.Message.ID), "log: "+line)
	}
	key := one.Message.Key()
	again := one.Message.Wire.Receives > 1
	if !again && w.answers[key] == 0 {
		w.outcomes[key] = append(w.outcomes[key], text)
		return
	}
	if !again {
		if w.answers[key]--; w.answers[key] == 0 {
			delete(w.answers, key)
		}
	}
	w.print(text)
}

// owner returns the event that a line of the log is about: the one that it names itself, or
// the one that ran if no other did.
func (w *watch) owner(line, id string) string {
	for field := range strings.FieldsSeq(line) {
		if named, ok := strings.CutPrefix(field, "id="); ok {
			return short(named)
		}
	}
	if w.running > 0 {
		return "(one of several events)"
	}
	return short(id)
}

// indent is the room of the time of day, for lines below the first.
const indent = "          "

func (w *watch) print(text string) { w.out.TextUnder(len(indent)+2, text) }

func (w *watch) timed(text string) string { return w.now().Format(time.TimeOnly) + "  " + text }

// below returns a text for below an event's first line. Each of its lines has the event's id,
// so that no error and no log looks like a line about another event.
func (w *watch) below(id, text string) string {
	return "\n" + indent + w.out.Dim(id+"  "+strings.ReplaceAll(text, "\n", "\n"+indent+id+"    "))
}

// outcome returns the outcome of one message, with the errors of handlers, which are shown
// here to their author.
func (w *watch) outcome(one pipeline.Worked) string {
	id := short(one.Message.ID)
	text := strings.TrimPrefix(lambdasqs.Summary(one.Result), one.Message.ID+" ")
	if len(one.Runs) == 1 && one.Outcome == process.Handled {
		text += " in " + cli.Millis(one.Runs[0].Took)
	}
	if one.Message.Wire.Receives > 1 {
		text = "again: " + text
	}
	if one.Acked && one.Outcome != process.DeadLettered {
		text = w.out.Good(text)
	} else {
		text = w.out.Bad(text)
	}
	text = w.timed(id + "  " + text)
	for _, line := range details(one) {
		text += w.below(id, line)
	}
	return text
}

// details returns a line for each handler, unless one handler succeeded, and what else went
// wrong.
func details(one pipeline.Worked) []string {
	var lines []string
	for _, run := range one.Runs {
		if len(one.Runs) == 1 && run.Err == nil {
			continue
		}
		line := fmt.Sprintf("%s %s in %s", run.Handler, run.End, cli.Millis(run.Took))
		panicked, ok := errors.AsType[*hook.PanicError](run.Err)
		if !ok {
			if run.Err != nil {
				line += ": " + run.Err.Error()
			}
			lines = append(lines, line)
			continue
		}
		lines = append(lines, fmt.Sprintf("%s: panic: %v", line, panicked.Value))
		for _, frame := range panicked.Frames {
			lines = append(lines, "  at "+frame.String())
		}
	}
	if one.Err != nil {
		lines = append(lines, one.Err.Error())
	}
	return lines
}

// refusal returns why a webhook was refused, and what to do.
func refusal(r ingest.Report) string {
	text := string(r.Code)
	if r.Source != ingest.UnknownSource {
		text += " (source " + r.Source + ")"
	}
	if next := cli.RefusalAdvice(r.Code); next != "" {
		text += "\n" + indent + strings.ReplaceAll(next, "\n", " ") // the terminal's width breaks it
	}
	return text
}

// body returns a payload for people: JSON is indented, numbers and texts as they stand.
func body(raw []byte) string {
	var text bytes.Buffer
	if json.Indent(&text, raw, indent+"  ", "  ") != nil {
		return strings.ReplaceAll(string(raw), "\n", "\n"+indent+"  ")
	}
	return text.String()
}

// short shortens an id that is a hash.
func short(id string) string {
	if kind, digits, ok := strings.Cut(id, ":"); ok && len(digits) == 64 {
		return kind + ":" + digits[:12] + "…"
	}
	return id
}
