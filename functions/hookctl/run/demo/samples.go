package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/shared/ingest"
	"webhookintake/shared/process"
)

// The widths of the table's columns, in characters: the event's type, then times.
const (
	wideWidth = 100 // of a terminal on which all is in one line

	labelIndent = 5
	typeWidth   = 29
	timeWidth   = 10
	logWidth    = 90 // of what a handler logs, which may be long
	byWidth     = 25 // of the handlers' names: the rest of 100
)

// samples shows how each sample goes through the user's own handlers.
func (t *show) samples(ctx context.Context) error {
	handlers, err := cli.Registry(t.Register, func(name string) string { return t.Settings[name] })
	if err != nil {
		return fmt.Errorf("with sample settings: %w", err)
	}
	s, err := open(ctx, handlers)
	if err != nil {
		return err
	}
	defer s.close()
	t.title(1, "Each event, with your handlers (times in µs, millionths of a second)")
	t.head()
	provider, some := "", false
	for _, one := range dialect.Samples() {
		if name := one.Provider.Name(); name != provider {
			provider = name
			t.Out.Text("   %s", name)
		}
		handled := len(handlers.For(provider, one.Type)) > 0
		some = some || handled
		if err := t.follow(ctx, s, one, handled); err != nil {
			return fmt.Errorf("sample %s: %w", one.Name, err)
		}
	}
	if !some {
		t.Out.Text("   No handler is registered: enter yours into functions/process/handlers/register.go.")
	}
	return nil
}

func (t *show) head() {
	line := strings.Repeat(" ", t.labelWidth())
	for _, column := range []string{"verified", "queued", "answered", "claimed"} {
		line += fmt.Sprintf("%*s", timeWidth, column)
	}
	if t.narrow(wideWidth) {
		t.Out.Text("%s", t.Out.Dim(line+"\n       handled by"))
		return
	}
	t.Out.Text("%s", t.Out.Dim(line+"   handled by"))
}

// follow sends one sample and prints its steps in a line, with the handlers' log below.
func (t *show) follow(ctx context.Context, s *intake, one dialect.Sample, handled bool) error {
	src := dialect.Sources()[one.Provider.Name()]
	report, err := s.post(ctx, src.Name, dialect.Sign(src.Provider, src.Settings, one.Body, time.Now()))
	if err != nil {
		return err
	}
	line := t.label(one.Type)
	if report.Status != 200 {
		t.expect(false, "%s was refused: %d %s", one.Name, report.Status, report.Code)
		t.Out.Text("%s", line+t.Out.Bad(fmt.Sprintf("refused: %d %s", report.Status, report.Code)))
		return nil
	}
	worked, err := s.work(ctx)
	if err != nil {
		return err
	}
	if !worked.Acked { // one try is shown: the next would come among later samples
		if err := errors.Join(s.Queue.Delete(ctx, []string{worked.Message.Wire.Receipt})...); err != nil {
			return err
		}
	}
	wanted := process.Unhandled
	if handled {
		wanted = process.Handled
	}
	ok := worked.Outcome == wanted
	t.expect(ok, "%s: %s", one.Name, failure(worked))
	line += times(report, worked)
	if t.narrow(wideWidth) {
		t.Out.Text("%s\n       %s", line, t.verdict(ok, strings.Join(result(worked), ", ")))
	} else {
		for _, part := range wrap(result(worked), byWidth) {
			t.Out.Text("%s   %s", line, t.verdict(ok, part))
			line = cli.Pad("", typeWidth+3+4*timeWidth)
		}
	}
	for _, log := range t.Logs.Take() {
		t.Out.Text("       %s", t.Out.Dim(cli.Cut("log: "+cli.OneLine(log), logWidth)))
	}
	return nil
}

// label starts an event's line. A type that is too long for its column gets a line of its
// own above, so that the columns stay aligned.
func (t *show) label(typ string) string {
	width := t.labelWidth() - labelIndent
	if len(typ) > width {
		t.Out.Text("     %s", typ)
		typ = ""
	}
	return "     " + cli.Pad(typ, width)
}

// narrow reports whether the terminal has less than this width.
func (t *show) narrow(width int) bool {
	has := t.Out.Width()
	return has > 0 && has < width
}

// labelWidth is where the columns of times begin.
func (t *show) labelWidth() int {
	if t.narrow(typeWidth + 3 + 4*timeWidth) {
		return labelIndent // the type has its own line
	}
	return typeWidth + 3
}

// times returns the columns with how long each step took.
func times(r ingest.Report, w pipeline.Worked) string {
	answered := fmt.Sprintf("%d %s", r.Status, micros(r.Took))
	return fmt.Sprintf("%*s%*s%*s%*s", timeWidth, micros(r.Verifying), timeWidth, micros(r.Queueing),
		timeWidth, answered, timeWidth, micros(w.Claiming))
}

// result returns which handlers ran, or why none did.
func result(w pipeline.Worked) []string {
	switch w.Outcome {
	case process.Unhandled:
		return []string{"no handler"}
	case process.Handled:
		var parts []string
		for _, run := range w.Runs {
			parts = append(parts, run.Handler+" "+micros(run.Took))
		}
		return parts
	}
	return []string{string(w.Outcome)}
}

// wrap joins parts with commas, in lines of at most width characters. A longer part gets
// a line of its own.
func wrap(parts []string, width int) []string {
	var lines []string
	line := ""
	for i, part := range parts {
		if i < len(parts)-1 {
			part += ","
		}
		if line != "" && len(line)+1+len(part) > width {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimPrefix(line+" "+part, " ")
	}
	return append(lines, line)
}

// failure returns the outcome of an event, with the handlers' errors.
func failure(w pipeline.Worked) string {
	text := string(w.Outcome)
	if w.Reason != "" {
		text += " (" + string(w.Reason) + ")"
	}
	if w.Err != nil {
		text += ": " + oneLine(w.Err)
	}
	for _, run := range w.Runs {
		if run.Err != nil {
			text += ", " + run.Handler + ": " + oneLine(run.Err)
		}
	}
	return text
}
