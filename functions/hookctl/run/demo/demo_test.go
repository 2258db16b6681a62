package demo_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/functions/hookctl/run/demo"
	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/shared/hook"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/provider/kyc"
)

// tell runs the demo with the handlers that register enters.
func tell(t *testing.T, register func(r *hook.Registry, log *slog.Logger) error) (shown string, problems []string, err error) {
	t.Helper()
	var out bytes.Buffer
	logs := pipeline.NewLogs()
	problems, err = demo.Show(t.Context(), demo.Options{
		Out: clitest.NewWriter(&out), Logs: logs,
		Register: func(r *hook.Registry, _ func(string) string) error { return register(r, slog.New(logs)) },
	})
	return out.String(), problems, err
}

func TestShow(t *testing.T) {
	defer clitest.NoLeaks(t)
	shown, problems, err := tell(t, func(r *hook.Registry, log *slog.Logger) error {
		hook.On(r, contiguity.TextIncomingSMS, "reply", func(_ context.Context, e hook.Event[contiguity.Text]) error {
			log.Info("replied", "id", e.ID)
			return nil
		})
		hook.On(r, contiguity.TextIncomingSMS, "note", func(context.Context, hook.Event[contiguity.Text]) error { return nil })
		for _, name := range []string{"tell-them", "write-it-all-down"} { // too long for one line
			hook.On(r, contiguity.VerificationSessionProcessing, name,
				func(context.Context, hook.Event[contiguity.VerificationSession]) error { return nil })
		}
		return nil
	})
	if err != nil || problems != nil {
		t.Fatalf("Show = %v, %v", problems, err)
	}
	for line := range strings.Lines(shown) {
		if n := len([]rune(strings.TrimRight(line, "\n"))); n > 100 {
			t.Errorf("a line of %d characters: %s", n, line)
		}
	}
	for _, want := range []string{
		"text.incoming.sms # # 200 # # reply #, note #",
		"log: replied id=evt_sample_sms",
		"text.incoming.mms # # 200 # # no handler",
		"identity.verification_session.processing\n # # 200 # # tell-them #,\n write-it-all-down #\n",
		"kyc.session.approved # # 200 # # no handler",
		"tin_match # # 200 # # no handler",
		"first evt_sample_sms answered 200 handled by count-texts",
		"second evt_sample_sms answered 200 a duplicate: dropped, no handler runs",
		"count-texts ran once",
		"refused: 401 signature_mismatch events in the queue: 0",
		"first try save-text done, notify-shop panicked; next try in #s",
		"(the demo sets its clock forward now instead of waiting)",
		"second try save-text not run again, as it is recorded as done; notify-shop done",
		"recorded COMPLETED; save-text ran once, notify-shop twice",
		"customer hello\n to hello Hello! What would you like?\n customer bread, and at once rolls\n to ",
		"each text moved the conversation once, and was answered once",
	} {
		if !has(shown, want) {
			t.Errorf("no %q in\n%s", want, shown)
		}
	}
}

var spaces = regexp.MustCompile(` +`)

// has reports whether shown has want, in which # stands for a number and one space for
// any spaces.
func has(shown, want string) bool {
	pattern := strings.ReplaceAll(regexp.QuoteMeta(want), "#", `[0-9.]+`)
	return regexp.MustCompile(pattern).MatchString(spaces.ReplaceAllString(shown, " "))
}

// TestShowNotesProblems breaks a handler: the rest of the demo is still shown.
func TestShowNotesProblems(t *testing.T) {
	shown, problems, err := tell(t, func(r *hook.Registry, _ *slog.Logger) error {
		hook.On(r, contiguity.TextIncomingSMS, "reply",
			func(context.Context, hook.Event[contiguity.Text]) error { return errors.New("no route\nto shop") })
		hook.On(r, kyc.SessionApproved, "open-account",
			func(context.Context, hook.Event[kyc.Session]) error { return hook.Permanent(errors.New("no bank")) })
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"contiguity.text.incoming.sms: retried, reply: no route to shop",
		"kyc.kyc.session.approved: dead_lettered (permanent), open-account: no bank",
	}
	if diff := cmp.Diff(want, problems); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if !strings.Contains(shown, "save-text ran once, notify-shop twice") {
		t.Errorf("the demo ended early:\n%s", shown)
	}
}

func TestShowWithoutHandlers(t *testing.T) {
	missing := errors.New("TOKEN is not set")
	_, _, err := tell(t, func(*hook.Registry, *slog.Logger) error { return missing })
	if !errors.Is(err, missing) || !strings.Contains(err.Error(), "settings.sample.json") {
		t.Errorf("Show = %v, want %v and where to set it", err, missing)
	}
}

// TestShowWithoutAnyHandler is a checkout whose samples were deleted.
func TestShowWithoutAnyHandler(t *testing.T) {
	shown, problems, err := tell(t, func(*hook.Registry, *slog.Logger) error { return nil })
	if err != nil || problems != nil {
		t.Fatalf("Show = %v, %v", problems, err)
	}
	if want := "enter yours into functions/process/handlers/register.go"; !strings.Contains(shown, want) {
		t.Errorf("no %q in\n%s", want, shown)
	}
}
