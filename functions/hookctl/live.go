package main

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"webhookintake/functions/hookctl/pipeline"
	"webhookintake/functions/hookctl/screen"
	"webhookintake/shared/hook"
	"webhookintake/shared/ingest"
	"webhookintake/shared/lambdasqs"
	"webhookintake/shared/process"
)

// A live shows each webhook as it is answered, and below that what came of it. The
// worker may be done with a message before its sender has the answer, so what came of
// it waits until the answer is shown.
type live struct {
	screen *screen.Screen
	logs   *screen.Logs
	now    func() time.Time

	mu    sync.Mutex
	shown map[string]int      // by event: answers that are shown, whose outcome is not
	held  map[string][]string // by event: outcomes whose answer is not shown yet
}

func newLive(s *screen.Screen, logs *screen.Logs, now func() time.Time) *live {
	return &live{screen: s, logs: logs, now: now, shown: map[string]int{}, held: map[string][]string{}}
}

// answered shows what a webhook was answered.
func (l *live) answered(r ingest.Report) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := l.now().Format(time.TimeOnly)
	if r.Status != http.StatusOK {
		l.screen.Print("%s  %s  %s", at, l.screen.Bad(fmt.Sprintf("%d refused", r.Status)), refusal(r))
		return
	}
	l.screen.Print("%s  %d in %s ms   %s %s %s", at, r.Status, millis(r.Took), r.Source, r.Type, short(r.ID))
	key := r.Source + "#" + r.ID
	if held := l.held[key]; len(held) > 0 {
		l.screen.Print("%s", held[0])
		if l.held[key] = held[1:]; len(held) == 1 {
			delete(l.held, key)
		}
		return
	}
	l.shown[key]++
}

// worked shows what came of a batch.
func (l *live) worked(batch []pipeline.Worked) {
	logs := l.logs.Take()
	for i, w := range batch {
		text := l.outcome(w)
		if i == len(batch)-1 { // which of the events a log line is about, only the handler knows
			for _, line := range logs {
				text += "\n" + indent + l.screen.Dim("log: "+line)
			}
		}
		l.show(w, text)
	}
}

const indent = "          " // below the time of day

func (l *live) show(w pipeline.Worked, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := w.Message.Key()
	again := w.Message.Wire.Receives > 1
	if !again && l.shown[key] == 0 {
		l.held[key] = append(l.held[key], text)
		return
	}
	if !again {
		if l.shown[key]--; l.shown[key] == 0 {
			delete(l.shown, key)
		}
	}
	l.screen.Print("%s", text)
}

// outcome says what came of one message, with the errors of handlers: here they are
// shown to who wrote them. One that came again stands apart from its answer, so it has
// its own time and id.
func (l *live) outcome(w pipeline.Worked) string {
	text := strings.TrimPrefix(lambdasqs.Summary(w.Result), w.Message.ID+" ")
	if len(w.Runs) == 1 && w.Outcome == process.Handled {
		text += " in " + millis(w.Runs[0].Took) + " ms"
	}
	if w.Acked && w.Outcome != process.DeadLettered {
		text = l.screen.Good(text)
	} else {
		text = l.screen.Bad(text)
	}
	if w.Message.Wire.Receives > 1 {
		text = fmt.Sprintf("%s  %s again: %s", l.now().Format(time.TimeOnly), short(w.Message.ID), text)
	} else {
		text = indent + text
	}
	for _, line := range details(w) {
		text += "\n" + indent + l.screen.Dim(line)
	}
	return text
}

// details are a line for each handler, where there is more to say than who handled it,
// and what else went wrong.
func details(w pipeline.Worked) []string {
	var lines []string
	for _, run := range w.Runs {
		if len(w.Runs) == 1 && run.Err == nil {
			continue
		}
		line := fmt.Sprintf("%s %s in %s ms", run.Handler, run.End, millis(run.Took))
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
	if w.Err != nil {
		lines = append(lines, w.Err.Error())
	}
	return lines
}

// refusal says why, and what to do.
func refusal(r ingest.Report) string {
	text := string(r.Code)
	if r.Source != ingest.UnknownSource {
		text += " (source " + r.Source + ")"
	}
	if next := hint(r.Code); next != "" {
		text += "\n" + indent + strings.ReplaceAll(next, "\n", "\n"+indent)
	}
	return text
}

// short cuts an id that is a hash.
func short(id string) string {
	if kind, digits, ok := strings.Cut(id, ":"); ok && len(digits) == 64 {
		return kind + ":" + digits[:12] + "…"
	}
	return id
}

func millis(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d)/float64(time.Millisecond)) }
