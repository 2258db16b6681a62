package source_test

import (
	"bytes"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// invalid is a sources document with a fault and a secret that must not show.
const invalid = `{"plain": {"secrets": ["s3cr3t"], "nonsense": "s3cr3t"}}`

func TestVersions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name              string
		current, previous string // "-" is no version
		want              error
		asked             []source.Stage
		invalid           bool
	}{
		{name: "current", current: doc("a-secret"), previous: doc("b"), asked: []source.Stage{source.Current}},
		{name: "no version yet", current: "-", previous: "-", want: webhook.ErrUnknownSource,
			asked: []source.Stage{source.Current}},
		{name: "no sources", current: "{}", previous: doc("a-secret"), want: webhook.ErrUnknownSource,
			asked: []source.Stage{source.Current}},
		{name: "invalid current", current: invalid, previous: doc("a-secret"), invalid: true,
			asked: []source.Stage{source.Current, source.Previous}},
		{name: "empty current", current: "", previous: doc("a-secret"), invalid: true,
			asked: []source.Stage{source.Current, source.Previous}},
		{name: "neither valid", current: invalid, previous: invalid, want: webhook.ErrSourcesUnavailable, invalid: true,
			asked: []source.Stage{source.Current, source.Previous}},
		{name: "first version invalid", current: invalid, previous: "-", want: webhook.ErrSourcesUnavailable, invalid: true,
			asked: []source.Stage{source.Current, source.Previous}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := &vault{versions: map[source.Stage]string{source.Current: tt.current, source.Previous: tt.previous}}
			for stage, value := range v.versions {
				if value == "-" {
					delete(v.versions, stage)
				}
			}
			var log bytes.Buffer
			var reports []source.Status
			s := source.Refreshing(v, source.RefreshOptions{
				Parse:  options(),
				Logger: slog.New(slog.NewTextHandler(&log, nil)),
				Report: func(status source.Status) { reports = append(reports, status) },
			})
			err := verify(t, s, "a-secret")
			if !errors.Is(err, tt.want) {
				t.Errorf("error = %v, want %v", err, tt.want)
			}
			if !slices.Equal(v.asked, tt.asked) {
				t.Errorf("asked for %v, want %v", v.asked, tt.asked)
			}
			if len(reports) != 1 || reports[0].Invalid != tt.invalid || (reports[0].Err != nil) != tt.invalid {
				t.Errorf("reports = %+v, want one with Invalid %v", reports, tt.invalid)
			}
			if logged := strings.Contains(log.String(), "level=ERROR"); logged != tt.invalid {
				t.Errorf("error logged: %v, want %v: %s", logged, tt.invalid, &log)
			}
			if tt.invalid && tt.current == invalid && !strings.Contains(log.String(), "sources.plain.nonsense") {
				t.Errorf("the log does not name the field: %s", &log)
			}
			if all := log.String() + errorText(err); strings.Contains(all, "s3cr3t") {
				t.Errorf("a secret shows: %s", all)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestInvalidWhileWarm rotates to an invalid version, and then to a second one, so that
// neither stage is valid: the copy stays in use.
func TestInvalidWhileWarm(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVault(doc("a-secret"))
		s := source.Refreshing(v, source.RefreshOptions{Parse: options()})
		break1 := func(v *vault) { v.put(invalid) }
		play(t, v, s, []step{
			{secret: "a-secret", fetches: 1},
			{after: 6 * time.Minute, do: break1, secret: "a-secret", fetches: 2},
			{after: 6 * time.Minute, do: break1, secret: "a-secret", fetches: 2},
			{after: 29 * time.Second, secret: "a-secret", fetches: 0},
			{after: time.Second, do: rotate("b-secret"), secret: "b-secret", fetches: 1},
		})
	})
}

func TestReport(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVault(doc("a-secret"))
		var log bytes.Buffer
		var last source.Status
		s := source.Refreshing(v, source.RefreshOptions{
			Parse:  options(),
			Logger: slog.New(slog.NewTextHandler(&log, nil)),
			Report: func(status source.Status) { last = status },
		})
		expect := func(step string, want source.Status, logged string) {
			t.Helper()
			if err := verify(t, s, "a-secret"); err != nil && !want.Unavailable {
				t.Errorf("%s: %v", step, err)
			}
			if !errors.Is(last.Err, want.Err) {
				t.Errorf("%s: Err = %v, want %v", step, last.Err, want.Err)
			}
			last.Err = want.Err
			if last != want {
				t.Errorf("%s: %+v, want %+v", step, last, want)
			}
			if got := log.String(); !strings.Contains(got, logged) || logged == "" && got != "" {
				t.Errorf("%s: logged %q, want %q", step, got, logged)
			}
			log.Reset()
		}
		v.fail(errDown)
		expect("cold and unreachable", source.Status{Unavailable: true, Err: errDown}, "every webhook is answered with 503")
		v.fail(nil)
		time.Sleep(time.Second)
		expect("read", source.Status{}, "")
		v.fail(errDown)
		time.Sleep(6 * time.Minute)
		expect("old copy", source.Status{Age: 6 * time.Minute, Err: errDown}, "the old copy is in use")
		time.Sleep(time.Minute)
		expect("older copy", source.Status{Age: 7 * time.Minute, Err: errDown}, "the old copy is in use")
		v.fail(nil)
		time.Sleep(time.Minute)
		expect("read again", source.Status{}, "")
	})
}
