package run

import (
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
)

// A watch prints each webhook when it is answered, and below it how it was handled. The
// worker may finish a message before its sender has the answer, so the outcome waits until
// the answer is printed.
type watch struct {
	out  *cli.Writer
	logs *pipeline.Logs
	now  func() time.Time

	mu       sync.Mutex
	answers  map[string]int      // by event: printed answers whose outcome is not printed yet
	outcomes map[string][]string // by event: outcomes whose answer is not printed yet
}

func newWatch(out *cli.Writer, logs *pipeline.Logs, now func() time.Time) *watch {
	return &watch{out: out, logs: logs, now: now, answers: map[string]int{}, outcomes: map[string][]string{}}
}

// answered prints the answer to a webhook.
func (w *watch) answered(r ingest.Report) {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := w.now().Format(time.TimeOnly)
	if r.Status != http.StatusOK {
		w.out.Print("%s  %s  %s", at, w.out.Bad(fmt.Sprintf("%d refused", r.Status)), refusal(r))
		return
	}
	w.out.Print("%s  %d in %s   %s %s %s", at, r.Status, cli.Millis(r.Took), r.Source, r.Type, short(r.ID))
	key := r.Source + "#" + r.ID
	if waiting := w.outcomes[key]; len(waiting) > 0 {
		w.out.Print("%s", waiting[0])
		if w.outcomes[key] = waiting[1:]; len(waiting) == 1 {
			delete(w.outcomes, key)
		}
		return
	}
	w.answers[key]++
}

// worked prints the outcomes of a batch.
func (w *watch) worked(batch []pipeline.Worked) {
	logs := w.logs.Take()
	for i, one := range batch {
		text := w.outcome(one)
		if i == len(batch)-1 { // only the handler knows which event a log line is about
			for _, line := range logs {
				text += "\n" + indent + w.out.Dim("log: "+line)
			}
		}
		w.show(one, text)
	}
}

const indent = "          " // below the time of day

func (w *watch) show(one pipeline.Worked, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
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
	w.out.Print("%s", text)
}

// outcome returns the outcome of one message, with the errors of handlers, which are shown
// here to their author. That of a later receive is printed apart from the answer, so it
// has its own time and id.
func (w *watch) outcome(one pipeline.Worked) string {
	text := strings.TrimPrefix(lambdasqs.Summary(one.Result), one.Message.ID+" ")
	if len(one.Runs) == 1 && one.Outcome == process.Handled {
		text += " in " + cli.Millis(one.Runs[0].Took)
	}
	if one.Acked && one.Outcome != process.DeadLettered {
		text = w.out.Good(text)
	} else {
		text = w.out.Bad(text)
	}
	if one.Message.Wire.Receives > 1 {
		text = fmt.Sprintf("%s  %s again: %s", w.now().Format(time.TimeOnly), short(one.Message.ID), text)
	} else {
		text = indent + text
	}
	for _, line := range details(one) {
		text += "\n" + indent + w.out.Dim(line)
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
		text += "\n" + indent + strings.ReplaceAll(next, "\n", "\n"+indent)
	}
	return text
}

// short shortens an id that is a hash.
func short(id string) string {
	if kind, digits, ok := strings.Cut(id, ":"); ok && len(digits) == 64 {
		return kind + ":" + digits[:12] + "…"
	}
	return id
}
