package demo

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"webhookintake/functions/hookctl/sample"
	"webhookintake/functions/hookctl/screen"
	"webhookintake/shared/hook"
	"webhookintake/shared/webhook"
)

// Options say what the story is told with. All are needed.
type Options struct {
	Screen *screen.Screen
	Logs   *screen.Logs // what handlers log, which keeps its lines
	// Register enters the user's handlers.
	Register func(r *hook.Registry, getenv func(string) string) error
}

// A teller tells the story and notes what is wrong with it.
type teller struct {
	Options
	problems []string
}

// Tell shows the whole story on the screen. It returns what did not go as it should,
// one line each; none means that all was as expected. Its error says that the story
// could not be told to the end.
func Tell(ctx context.Context, o Options) (problems []string, err error) {
	t := &teller{Options: o}
	t.Screen.Print("%s", t.Screen.Bold("Webhook Intake: what becomes of a webhook"))
	t.Screen.Print("Signed samples go over HTTP through the code that runs on AWS; queue and ledger are in memory.")
	for _, chapter := range []func(context.Context) error{t.samples, t.refusals, t.crash} {
		t.Screen.Print("")
		if err := chapter(ctx); err != nil {
			return t.problems, err
		}
	}
	return t.problems, nil
}

func (t *teller) title(number int, text string) {
	t.Screen.Print("%s", t.Screen.Bold(fmt.Sprintf("%d  %s", number, text)))
}

// expect notes a problem unless ok.
func (t *teller) expect(ok bool, format string, args ...any) {
	if !ok {
		t.problems = append(t.problems, fmt.Sprintf(format, args...))
	}
}

// verdict is a word in the colour of whether it is as expected.
func (t *teller) verdict(ok bool, text string) string {
	if ok {
		return t.Screen.Good(text)
	}
	return t.Screen.Bad(text)
}

// textSample is the event that the later chapters are about, as it is sent at a time.
func textSample(at time.Time) (sourceName string, r webhook.Request, err error) {
	s, err := sample.Find("contiguity.text.incoming.sms")
	if err != nil {
		return "", webhook.Request{}, err
	}
	src := sample.Sources()[s.Provider.Name()]
	return src.Name, sample.Sign(src.Provider, src.Settings, s.Body, at), nil
}

// micros writes a duration in microseconds, of which nothing takes less than one.
func micros(d time.Duration) string { return strconv.FormatInt(max(d.Microseconds(), 1), 10) }

// oneLine makes an error fit into a line of the story.
func oneLine(err error) string {
	return screen.Cut(strings.Join(strings.Fields(err.Error()), " "), 70)
}
