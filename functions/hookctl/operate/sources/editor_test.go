package sources_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"webhookintake/functions/hookctl/operate/sources"
	"webhookintake/shared/source"
)

const valid = `{"kyc": {"secrets": ["kyc-secret-a"]}}`

// rotate makes and writes one change, with what happens between the two.
func rotate(t *testing.T, f *fakeSecret, meanwhile func()) error {
	t.Helper()
	e := &sources.Editor{Secret: f}
	base, err := e.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	next, err := base.Document.Rotate("kyc", secret("kyc-secret-b"))
	if err != nil {
		t.Fatal(err)
	}
	if meanwhile != nil {
		meanwhile()
	}
	return e.Write(t.Context(), base, next)
}

// TestWrite lets something happen to a write, and wants its outcome and its error.
func TestWrite(t *testing.T) {
	t.Parallel()
	other := func(f *fakeSecret) { f.put(`{"kyc": {"secrets": ["kyc-c"]}}`, "v-other", noon.Add(-time.Second)) }
	for _, tt := range []struct {
		name    string
		befalls func(f *fakeSecret) (meanwhile func())
		want    error
		text    string // in the error
		written bool
	}{
		{name: "nothing", befalls: func(*fakeSecret) func() { return nil }, written: true},
		{name: "another version came", want: sources.ErrConflict, text: "nothing was written",
			befalls: func(f *fakeSecret) func() { return func() { other(f) } }},
		{name: "all versions went", want: sources.ErrConflict, text: "nothing was written",
			befalls: func(f *fakeSecret) func() { return func() { clear(f.versions) } }},
		{name: "another version came at the last moment", want: sources.ErrConflict, text: "it was written, and replaced", written: true,
			befalls: func(f *fakeSecret) func() {
				f.beforePut = func() error { other(f); return nil }
				return nil
			}},
		{name: "another version came right after it", want: sources.ErrConflict, text: "written right after it", written: true,
			befalls: func(f *fakeSecret) func() {
				f.afterPut = func() error { f.put(`{}`, "v-other", noon); return nil }
				return nil
			}},
		{name: "another version came after it, and the answer was lost", want: sources.ErrConflict, text: "written right after it", written: true,
			befalls: func(f *fakeSecret) func() {
				f.afterPut = func() error { f.put(`{}`, "v-other", noon); return errDown }
				return nil
			}},
		{name: "refused", want: errDown, text: "nothing was written", befalls: func(f *fakeSecret) func() {
			f.beforePut = func() error { return errDown }
			return nil
		}},
		{name: "the answer was lost", written: true, befalls: func(f *fakeSecret) func() {
			f.afterPut = func() error { return errDown }
			return nil
		}},
		{name: "all connections were lost", want: errDown, text: "it may or may not have been written", written: true,
			befalls: func(f *fakeSecret) func() {
				f.afterPut = func() error {
					f.beforeGet = func(source.Stage) error { return errDown }
					return errDown
				}
				return nil
			}},
		{name: "the last look fails", written: true, befalls: func(f *fakeSecret) func() {
			f.beforeGet = func(stage source.Stage) error {
				if stage == source.Previous {
					return errDown
				}
				return nil
			}
			return nil
		}},
		{name: "the last look is late", written: true, befalls: func(f *fakeSecret) func() {
			older := f.versions[source.Previous]
			f.afterPut = func() error { f.versions[source.Previous] = older; return nil }
			return nil
		}},
		{name: "unreachable before", want: errDown, text: "nothing was written", befalls: func(f *fakeSecret) func() {
			return func() { f.beforeGet = func(source.Stage) error { return errDown } }
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := hold(valid, `{}`)
			err := rotate(t, f, tt.befalls(f))
			if !errors.Is(err, tt.want) || !strings.Contains(errorText(err), tt.text) {
				t.Errorf("Write = %v, want %v and %q", err, tt.want, tt.text)
			}
			if (len(f.puts) == 1) != tt.written {
				t.Errorf("written %d times, want it written: %v", len(f.puts), tt.written)
			}
			if strings.Contains(errorText(err), "kyc-") {
				t.Errorf("a secret shows: %v", err)
			}
		})
	}
}

// TestBrokenOff interrupts a write that is under way, and wants its outcome nevertheless.
func TestBrokenOff(t *testing.T) {
	t.Parallel()
	f := hold(valid, "")
	e := &sources.Editor{Secret: f}
	ctx, cancel := context.WithCancel(t.Context())
	base, err := e.Load(ctx)
	if err != nil {
		t.Fatal(err)
	}
	f.afterPut = func() error { cancel(); return ctx.Err() }
	if err := e.Write(ctx, base, read(t, `{"kyc": {"secrets": ["kyc-secret-b"]}}`)); err != nil {
		t.Errorf("written, and the answer lost: %v", err)
	}
	f = hold(valid, "")
	e.Secret = f
	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	if base, err = e.Load(ctx); err != nil {
		t.Fatal(err)
	}
	f.beforePut = func() error { f.put(`{}`, "v-other", noon.Add(-time.Second)); return nil }
	f.afterPut = func() error { cancel(); return nil }
	if err := e.Write(ctx, base, read(t, `{"kyc": {"secrets": ["kyc-secret-b"]}}`)); !errors.Is(err, sources.ErrConflict) {
		t.Errorf("written over another version: %v", err)
	}
}

func TestFirstVersion(t *testing.T) {
	t.Parallel()
	f := newFakeSecret()
	e := &sources.Editor{Secret: f}
	base, err := e.Load(t.Context())
	if err != nil || base.Version.ID != "" {
		t.Fatalf("Load = version %q, %v, want none", base.Version.ID, err)
	}
	next, err := base.Document.Set("kyc", sources.Edit{Secret: secret("kyc-secret-a")})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Write(t.Context(), base, next); err != nil || len(f.puts) != 1 {
		t.Fatalf("Write = %v, written %d times", err, len(f.puts))
	}
	if _, err := source.Parse([]byte(f.puts[0]), source.ParseOptions{}); err != nil {
		t.Errorf("what was written: %v", err)
	}
	if id := f.versions[source.Current].ID; !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(id) {
		t.Errorf("the version's id is %q", id)
	}
	if err := e.Write(t.Context(), base, next); !errors.Is(err, sources.ErrConflict) {
		t.Errorf("as the first version again: %v", err)
	}
}

// TestInvalidIsNeverWritten wants only valid documents written.
func TestInvalidIsNeverWritten(t *testing.T) {
	t.Parallel()
	f := hold(valid, "")
	e := &sources.Editor{Secret: f}
	base, err := e.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		`{"kyc": {"secrets": []}}`, `{"kyc": {"secrets": ["hunter2"], "tolerance_s": 1}}`, `{"Kyc": {"secrets": ["hunter2"]}}`,
		`{"kyc": {"secrets": ["sample-only-hunter2"]}}`, `{"kyc": {"secrets": ["hunter2"]}, "kyc": {"secrets": ["hunter2"]}}`,
	} {
		err := e.Write(t.Context(), base, read(t, text))
		if !errors.Is(err, sources.ErrInvalid) || !strings.Contains(err.Error(), "sources.") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("Write of %s = %v, want %v with the fields", text, err, sources.ErrInvalid)
		}
	}
	if len(f.puts) > 0 {
		t.Errorf("%d were written", len(f.puts))
	}
}

func TestLoadOfWhatCannotBeEdited(t *testing.T) {
	t.Parallel()
	_, err := (&sources.Editor{Secret: hold(`{"kyc": {"secrets": ["hunter2"`, valid)}).Load(t.Context())
	if err == nil || !strings.Contains(err.Error(), "line 1") || !strings.Contains(err.Error(), "put-secret-value") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("Load = %v", err)
	}
	f := hold(valid, "")
	f.beforeGet = func(source.Stage) error { return errDown }
	if _, err := (&sources.Editor{Secret: f}).Load(t.Context()); !errors.Is(err, errDown) {
		t.Errorf("Load = %v, want %v", err, errDown)
	}
}
