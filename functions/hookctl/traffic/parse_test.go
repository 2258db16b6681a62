package traffic_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/traffic"
)

func TestParseFaults(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text string
		want traffic.Faults
		says string // the result of String
	}{
		{"", traffic.Faults{}, "none"},
		{"forged", traffic.Faults{Forged: 0.01}, "forged=1%"},
		{"duplicate=10%, slow=0.5%", traffic.Faults{Duplicate: 0.1, Slow: 0.005}, "duplicate=10%,slow=0.5%"},
		{"all", traffic.Faults{Duplicate: 0.02, Reorder: 0.05, Forged: 0.01, Slow: 0.02}, "duplicate=2%,reorder=5%,forged=1%,slow=2%"},
		{"all=100%,forged=0%", traffic.Faults{Duplicate: 1, Reorder: 1, Slow: 1}, "duplicate=100%,reorder=100%,slow=100%"},
	} {
		got, err := traffic.ParseFaults(tt.text)
		if err != nil || got != tt.want || got.String() != tt.says {
			t.Errorf("ParseFaults(%q) = %s, %v; want %s", tt.text, got, err, tt.says)
		}
	}
	for _, text := range []string{"bogus", "forged,", "forged=", "forged=1", "forged=101%", "forged=-1%", "slow=NaN%", "Forged"} {
		got, err := traffic.ParseFaults(text)
		if err == nil || !strings.Contains(err.Error(), "give duplicate, reorder, forged, slow or all") {
			t.Errorf("ParseFaults(%q) = %s, %v; want an error that lists the faults", text, got, err)
		}
	}
}

func FuzzParseFaults(f *testing.F) {
	for _, seed := range []string{"", "all", "duplicate=1%,reorder", "forged=0.000001%", "slow=1e2%", "forged=Inf%", "=,="} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := traffic.ParseFaults(text)
		if err != nil {
			return
		}
		for _, share := range []float64{got.Duplicate, got.Reorder, got.Forged, got.Slow} {
			if !(share >= 0 && share <= 1) {
				t.Errorf("ParseFaults(%q) has the share %v", text, share)
			}
		}
	})
}

func TestParseRate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{"20/s": 20, "90/m": 1.5, "900/h": 0.25, "0.5/s": 0.5, "500/s": 500, "30000/m": 500} {
		if got, err := traffic.ParseRate(text); err != nil || got != want {
			t.Errorf("ParseRate(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "20", "20/", "/s", "20/d", "0/s", "-1/s", "NaN/s", "20/s/s", "twenty/s", "5e-324/h"} {
		if got, err := traffic.ParseRate(text); err == nil || !strings.Contains(err.Error(), "20/s") {
			t.Errorf("ParseRate(%q) = %v, %v; want an error with an example", text, got, err)
		}
	}
	for _, text := range []string{"501/s", "Inf/s", "30001/m", "1e300/h"} {
		if got, err := traffic.ParseRate(text); !errors.Is(err, traffic.ErrBounds) {
			t.Errorf("ParseRate(%q) = %v, %v; want %v", text, got, err, traffic.ErrBounds)
		}
	}
}

func FuzzParseRate(f *testing.F) {
	for _, seed := range []string{"20/s", "1e-300/h", "Inf/s", "0x1p5/m", "/", "500/s"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rate, err := traffic.ParseRate(text)
		if err == nil && !(rate > 0 && rate <= traffic.MaxRate) {
			t.Errorf("ParseRate(%q) = %v", text, rate)
		}
		if err != nil {
			return
		}
		if n, err := traffic.Events(rate, time.Hour); err == nil && (n < 1 || n > traffic.MaxEvents) {
			t.Errorf("Events(%v, 1h) = %d", rate, n)
		}
	})
}

func TestEvents(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		rate float64
		d    time.Duration
		n    int
		want error
	}{
		{"a minute", 20, time.Minute, 1200, nil},
		{"the most", 500, 2000 * time.Second, traffic.MaxEvents, nil},
		{"too many", 500, 2001 * time.Second, 0, traffic.ErrBounds},
		{"too long", 0.01, 721 * time.Hour, 0, traffic.ErrBounds},
		{"none", 1, time.Millisecond, 0, traffic.ErrBounds},
		{"no time", 1, 0, 0, traffic.ErrBounds},
		{"back in time", 1, -time.Hour, 0, traffic.ErrBounds},
	} {
		if n, err := traffic.Events(tt.rate, tt.d); n != tt.n || !errors.Is(err, tt.want) {
			t.Errorf("%s: Events = %d, %v; want %d, %v", tt.name, n, err, tt.n, tt.want)
		}
	}
}

func TestProfiles(t *testing.T) {
	t.Parallel()
	var got []string
	for _, p := range traffic.Profiles() {
		got = append(got, p.String())
	}
	want := []string{
		"contiguity waits 5s for an answer, makes 3 tries (at once, +5s, +30s) and stops for 30s after 20 failures in a row.",
		"kyc waits 10s for an answer, makes 4 tries (at once, +10s, +1m, +5m).",
		"compliancely waits 10s for an answer, makes 3 tries (at once, +3m, +6m).",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("profiles (-want +got):\n%s", d)
	}
	slow, err := traffic.ProfileOf("contiguity")
	if err != nil {
		t.Fatal(err)
	}
	fast := slow.Faster(60)
	if fast.Waits[1] != 500*time.Millisecond || fast.Stop != 500*time.Millisecond || fast.Answer != slow.Answer || slow.Waits[1] != 30*time.Second {
		t.Errorf("Faster(60) = %+v of %+v", fast, slow)
	}
	if _, err := traffic.ProfileOf("standard"); err == nil || !strings.Contains(err.Error(), "contiguity, kyc, compliancely") {
		t.Errorf("ProfileOf a provider without traffic = %v", err)
	}
}
