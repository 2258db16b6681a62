package sources_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"webhookintake/functions/hookctl/operate/sources"
	"webhookintake/shared/webhook"
)

// A fakeLog has the last use of each secret of one source, as time before noon. 0 means no
// use.
type fakeLog struct {
	uses  []time.Duration
	short bool // it is not searched to its end
	err   error
	asked []sources.Query

	expired  time.Duration // before noon: a webhook to an expired URL
	expiring time.Duration // the same, to one that expires soon
}

func (l *fakeLog) LastUse(_ context.Context, q sources.Query) (time.Time, bool, error) {
	l.asked = append(l.asked, q)
	if !q.Expires.IsZero() {
		if at := noon.Add(-l.expiring); l.expiring > 0 && !at.Before(q.From) {
			return at, true, l.err
		}
		return time.Time{}, true, l.err
	}
	if q.Code == webhook.ErrTimestampOutsideWindow {
		if at := noon.Add(-l.expired); l.expired > 0 && !at.Before(q.From) {
			return at, true, l.err
		}
		return time.Time{}, true, l.err
	}
	if at := noon.Add(-l.uses[q.Index]); l.uses[q.Index] > 0 && !at.Before(q.From) {
		return at, true, l.err
	}
	return time.Time{}, !l.short, l.err
}

// TestExpiredURLs wants webhooks to expired URLs found, and those to URLs that expire soon, for sources that check URLs only.
func TestExpiredURLs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, settings string
		expired        time.Duration // ago; 0 means never
		asked          int
		want           bool
	}{
		{"expired", `, "url_secrets": ["url-secret-0123456789"]`, time.Minute, 3, true},
		{"long ago", `, "url_secrets": ["url-secret-0123456789"]`, 25 * time.Hour, 3, false},
		{"never", `, "url_secrets": ["url-secret-0123456789"]`, 0, 3, false},
		{"URLs are not checked", "", time.Minute, 1, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFakeSecret()
			f.put(`{"compliancely": {"secrets": ["secret-0123456789"]`+tt.settings+`}}`, "v", noon.Add(-9*time.Hour))
			r, err := sources.Examine(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			log := fakeLog{uses: []time.Duration{time.Minute}, expired: tt.expired, expiring: tt.expired}
			if err := r.FindUses(t.Context(), &log, noon, time.Hour); err != nil {
				t.Fatal(err)
			}
			got := r.Sources[0]
			if (got.ExpiredURL != nil) != tt.want || tt.want && !got.ExpiredURL.Equal(noon.Add(-tt.expired)) || got.Verdict != sources.InUse || len(log.asked) != tt.asked {
				t.Errorf("expired %v, verdict %s, asked %v", got.ExpiredURL, got.Verdict, log.asked)
			}
			if (got.ExpiringURL != nil) != tt.want || tt.want && !got.ExpiringURL.Equal(noon.Add(-tt.expired)) {
				t.Errorf("expiring %v", got.ExpiringURL)
			}
		})
	}
}

// TestFindUses finds out whether a rotation can be finished. Put is when the secrets were
// put, as time before noon.
func TestFindUses(t *testing.T) {
	t.Parallel()
	const s, m, h = time.Second, time.Minute, time.Hour
	used := func(ago ...time.Duration) []time.Duration { return ago }
	for _, tt := range []struct {
		name  string
		put   time.Duration
		log   fakeLog // its uses, one for each secret
		want  sources.Verdict
		asked int
	}{
		{name: "one, in use", put: 9 * h, log: fakeLog{uses: used(20 * m)}, want: sources.InUse, asked: 1},
		{name: "one, not in use", put: 9 * h, log: fakeLog{uses: used(0)}, want: sources.Idle, asked: 1},
		{name: "one, in use before that", put: 9 * h, log: fakeLog{uses: used(2 * h)}, want: sources.Idle, asked: 1},
		{name: "one, put lately", put: 16 * m, log: fakeLog{uses: used(0)}, want: sources.Idle, asked: 1},
		{name: "one, put just now", put: 6 * m, log: fakeLog{uses: used(s)}, want: sources.TooEarly},
		{name: "one, log too long", put: 9 * h, log: fakeLog{uses: used(0), short: true}, want: sources.Unclear, asked: 1},
		{name: "only the first", put: 2 * h, log: fakeLog{uses: used(5*m, 0)}, want: sources.Finish, asked: 2},
		{name: "only the first, since it can be known for the whole time", put: 66 * m, log: fakeLog{uses: used(5*m, 0)}, want: sources.Finish, asked: 2},
		{name: "only the first, known for less", put: 66*m - s, log: fakeLog{uses: used(5*m, 0)}, want: sources.TooEarly, asked: 2},
		{name: "only the first, log too long", put: 2 * h, log: fakeLog{uses: used(5*m, 0), short: true}, want: sources.Unclear, asked: 2},
		{name: "only the second", put: 2 * h, log: fakeLog{uses: used(0, 5*m)}, want: sources.NotYet, asked: 2},
		{name: "only the second, put recently", put: 16 * m, log: fakeLog{uses: used(0, 5*m)}, want: sources.NotYet, asked: 2},
		{name: "both", put: 2 * h, log: fakeLog{uses: used(5*m, 50*m)}, want: sources.Both, asked: 2},
		{name: "the third", put: 2 * h, log: fakeLog{uses: used(5*m, 0, 1*m)}, want: sources.Both, asked: 3},
		{name: "none of two", put: 2 * h, log: fakeLog{uses: used(0, 0)}, want: sources.Idle, asked: 2},
		// In the first six minutes an index may mean the secret that had it before.
		{name: "used while the change was spreading", put: 2 * m, log: fakeLog{uses: used(1*m, 0)}, want: sources.TooEarly},
		{name: "used before the change", put: 16 * m, log: fakeLog{uses: used(11*m, 11*m)}, want: sources.TooEarly, asked: 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFakeSecret()
			list := []string{`"kyc-secret-0000"`, `"kyc-secret-1111"`, `"kyc-secret-2222"`}[:len(tt.log.uses)]
			f.put(`{"kyc": {"signed": "body", "secrets": [`+strings.Join(list, ",")+`]}}`, "v", noon.Add(-tt.put))
			r, err := sources.Examine(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			if err := r.FindUses(t.Context(), &tt.log, noon, time.Hour); err != nil {
				t.Fatal(err)
			}
			use := r.Sources[0]
			if use.Verdict != tt.want || len(tt.log.asked) != tt.asked {
				t.Errorf("verdict %q, want %q; asked %d times, want %d", use.Verdict, tt.want, len(tt.log.asked), tt.asked)
			}
			if from := r.SearchedFrom(use); !from.Equal(noon.Add(-min(time.Hour, tt.put-6*m))) {
				t.Errorf("searched from %v", from)
			}
		})
	}
}

func TestSilent(t *testing.T) {
	t.Parallel()
	r, err := sources.Examine(t.Context(), hold(`{"kyc": {"secrets": ["kyc-secret-0000", "kyc-secret-1111"]}}`, ""))
	if err != nil {
		t.Fatal(err)
	}
	if r.Silent() {
		t.Error("silent before the log was searched")
	}
	down := &fakeLog{uses: []time.Duration{0, 0}, err: errDown}
	if err := r.FindUses(t.Context(), down, noon, time.Hour); !errors.Is(err, errDown) || !strings.Contains(err.Error(), "source kyc") || r.Silent() {
		t.Errorf("FindUses = %v", err)
	}
	if err := r.FindUses(t.Context(), &fakeLog{uses: []time.Duration{0, 0}}, noon, time.Hour); err != nil || !r.Silent() {
		t.Errorf("%v, silent %v", err, r.Silent())
	}
	if err := r.FindUses(t.Context(), &fakeLog{uses: []time.Duration{75 * time.Minute, 0}}, noon, 90*time.Minute); err != nil || r.Silent() {
		t.Errorf("%v, silent %v", err, r.Silent())
	}
}

// TestRestoredVersion wants the log not searched, as the meaning of its indexes is unknown.
func TestRestoredVersion(t *testing.T) {
	t.Parallel()
	f := newFakeSecret()
	f.put(`{"kyc": {"secrets": ["kyc-b", "kyc-a"]}}`, "newer", noon.Add(-2*time.Hour))
	f.put(`{"kyc": {"secrets": ["kyc-a"]}}`, "older", noon.Add(-3*time.Hour))
	r, err := sources.Examine(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	log := &fakeLog{uses: []time.Duration{time.Minute}}
	if err := r.FindUses(t.Context(), log, noon, time.Hour); err != nil || len(log.asked) > 0 {
		t.Errorf("%v, asked %v", err, log.asked)
	}
	use := r.Sources[0]
	if use.Verdict != sources.TooEarly || !use.Known.IsZero() {
		t.Errorf("%q, known since %v", use.Verdict, use.Known)
	}
}
