package demo

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/shared/hook"
	"webhookintake/shared/source"
)

// Options configure Show. All but Settings are needed.
type Options struct {
	Out      *cli.Writer
	Logs     *pipeline.Logs    // what handlers log
	Settings map[string]string // sample settings of the handlers, by name
	// Register enters the user's handlers.
	Register func(r *hook.Registry, getenv func(string) string) error
}

// A show is one call of Show, with the problems so far.
type show struct {
	Options
	problems []string
}

// Show runs and prints the whole demo. It returns one line for each result that is not the
// expected one. The error says that the demo could not be finished.
func Show(ctx context.Context, o Options) (problems []string, err error) {
	t := &show{Options: o}
	t.Out.Text("%s", t.Out.Bold("Webhook Intake: what happens to a webhook"))
	t.Out.Text("Signed samples go over HTTP through the code that runs on AWS; queue and ledger are in memory.")
	for _, chapter := range []func(context.Context) error{t.samples, t.refusals, t.crash, t.conversation} {
		t.Out.Print("")
		if err := chapter(ctx); err != nil {
			return t.problems, err
		}
	}
	return t.problems, nil
}

func (t *show) title(number int, text string) {
	t.Out.Text("%s", t.Out.Bold(fmt.Sprintf("%d  %s", number, text)))
}

// expect notes a problem unless ok is true.
func (t *show) expect(ok bool, format string, args ...any) {
	if !ok {
		t.problems = append(t.problems, fmt.Sprintf(format, args...))
	}
}

// verdict returns text in the colour of an expected or unexpected result.
func (t *show) verdict(ok bool, text string) string {
	if ok {
		return t.Out.Good(text)
	}
	return t.Out.Bad(text)
}

// textSample returns the event of the later chapters, and its source.
func textSample() (source.Source, dialect.Sample, error) {
	sample, err := dialect.Find("contiguity.text.incoming.sms")
	if err != nil {
		return source.Source{}, dialect.Sample{}, err
	}
	return dialect.Sources()[sample.Provider.Name()], sample, nil
}

// micros returns a duration in microseconds, at least 1.
func micros(d time.Duration) string { return strconv.FormatInt(max(d.Microseconds(), 1), 10) }

// oneLine returns an error cut to part of a line.
func oneLine(err error) string {
	return cli.Cut(strings.Join(strings.Fields(err.Error()), " "), 70)
}
