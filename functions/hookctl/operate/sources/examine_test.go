package sources_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/operate/sources"
	"webhookintake/shared/source"
)

const faulty = `{"kyc": {"secrets": ["hunter2"], "tolerance_s": 1}}`

func TestExamine(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, current, previous string
		serving                 source.Stage
		faults                  []string
		err                     string
	}{
		{name: "valid", current: valid, previous: faulty, serving: source.Current},
		{name: "no version"},
		{name: "no sources", current: `{}`, serving: source.Current},
		{name: "faulty", current: faulty, previous: valid, serving: source.Previous,
			faults: []string{"sources.kyc.tolerance_s: this provider does not use it; remove it"}, err: "the previous one (AWSPREVIOUS) serves instead"},
		{name: "a sample secret", current: `{"kyc": {"secrets": ["sample-only-hunter2"]}}`, previous: valid, serving: source.Previous,
			faults: []string{"sources.kyc.secrets[0]: is a public sample secret; give the provider's own"}, err: "sample secret"},
		{name: "half written", current: `{"kyc": {"secrets": ["hunter2`, previous: valid, serving: source.Previous,
			faults: []string{"sources: not one JSON document: look at line 1, character 29"}, err: "AWSPREVIOUS"},
		{name: "both faulty", current: faulty, previous: faulty,
			faults: []string{"sources.kyc.tolerance_s: this provider does not use it; remove it"}, err: "every webhook is answered with 503"},
		{name: "the first faulty", current: faulty,
			faults: []string{"sources.kyc.tolerance_s: this provider does not use it; remove it"}, err: "every webhook is answered with 503"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, err := sources.Examine(t.Context(), hold(tt.current, tt.previous))
			if err != nil {
				t.Fatal(err)
			}
			if r.Valid != (tt.err == "") || r.Serving != tt.serving {
				t.Errorf("valid %v, serving %q, want %q", r.Valid, r.Serving, tt.serving)
			}
			if diff := cmp.Diff(append([]string{}, tt.faults...), r.Faults); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
			if got := errorText(r.Err()); !strings.Contains(got, tt.err) || (got == "") != (tt.err == "") || strings.Contains(got, "hunter2") {
				t.Errorf("Err = %q, want %q", got, tt.err)
			}
		})
	}
}

// A secret is as old as the version that brought it, as far as two versions tell.
func TestExamineAges(t *testing.T) {
	t.Parallel()
	const both, one = `{"kyc": {"secrets": ["hunter2-new", "hunter2-old"]}}`, `{"kyc": {"secrets": ["hunter2-old"]}}`
	current, previous := noon.Add(-5*time.Hour), noon.Add(-6*time.Hour) // as hold has them
	type age struct {
		Put   time.Time
		Older bool
	}
	for _, tt := range []struct {
		name, current, previous string
		broughtBack             bool
		want                    []age
	}{
		{"a rotation", both, one, false, []age{{current, false}, {previous, true}}},
		{"no version before", both, "", false, []age{{current, true}, {current, true}}},
		{"the version before is not valid", both, faulty, false, []age{{current, true}, {current, true}}},
		{"a version that was brought back", one, both, true, []age{{current, true}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := hold(tt.current, tt.previous)
			if tt.broughtBack {
				v := f.versions[source.Previous]
				v.Created = noon
				f.versions[source.Previous] = v
			}
			r, err := sources.Examine(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			var got []age
			for _, s := range r.Sources[0].Secrets {
				got = append(got, age{s.Put, s.Older})
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("ages (-want +got):\n%s", diff)
			}
		})
	}
}

func TestExamineUnreachable(t *testing.T) {
	t.Parallel()
	for _, stage := range []source.Stage{source.Current, source.Previous} {
		f := hold(valid, valid)
		f.beforeGet = func(s source.Stage) error {
			if s == stage {
				return errDown
			}
			return nil
		}
		if _, err := sources.Examine(t.Context(), f); !errors.Is(err, errDown) {
			t.Errorf("without %s: %v", stage, err)
		}
	}
}

// TestKnownSince wants the time from which a line of the log counts: the index in it means
// the secret that had it at that time.
func TestKnownSince(t *testing.T) {
	t.Parallel()
	const (
		before = `{"kyc": {"secrets": ["kyc-a"]}}`
		moved  = `{"kyc": {"secrets": ["kyc-b", "kyc-a"]}}`
		more   = `{"kyc": {"secrets": ["kyc-a"]}, "contiguity": {"secrets": ["whsec_a"]}}`
	)
	early, late := noon.Add(-6*time.Hour), noon.Add(-5*time.Hour)
	for _, tt := range []struct {
		name              string
		current, previous string
		currentAt         time.Time
		previousAt        time.Time
		want              time.Time
	}{
		{"the first version", before, "", late, time.Time{}, late.Add(6 * time.Minute)},
		{"its secrets changed", moved, before, late, early, late.Add(6 * time.Minute)},
		{"other sources changed", more, before, late, early, early.Add(6 * time.Minute)},
		{"the one before was faulty", before, faulty, late, early, late.Add(6 * time.Minute)},
		{"restored", before, moved, early, late, time.Time{}},
		{"restored, with the same secrets", before, more, early, late, early.Add(6 * time.Minute)},
		{"restored after a faulty one", before, faulty, early, late, early.Add(6 * time.Minute)},
		{"faulty", faulty, moved, late, early, early.Add(6 * time.Minute)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFakeSecret()
			f.versions[source.Current] = sources.Version{ID: "c", Document: []byte(tt.current), Created: tt.currentAt}
			if tt.previous != "" {
				f.versions[source.Previous] = sources.Version{ID: "p", Document: []byte(tt.previous), Created: tt.previousAt}
			}
			r, err := sources.Examine(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Sources) == 0 || r.Sources[0].Name != "kyc" || !r.Sources[0].Known.Equal(tt.want) {
				t.Errorf("sources %+v, want the first known since %v", r.Sources, tt.want)
			}
		})
	}
}
