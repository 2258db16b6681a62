package traffic

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"webhookintake/functions/hookctl/cli"
)

// The bounds of one run: enough to load a deployed intake, and too little for a typing error
// to do harm.
const (
	MaxRate   = 500       // events a second
	MaxEvents = 1_000_000 // events in all
	maxTime   = 30 * 24 * time.Hour
)

// ErrBounds says that a run would send too many events or none.
var ErrBounds = errors.New("out of bounds")

// ParseRate returns the events a second of "20/s", "90/m" or "600/h".
func ParseRate(text string) (perSecond float64, err error) {
	number, unit, _ := strings.Cut(text, "/")
	n, err := strconv.ParseFloat(number, 64)
	seconds := map[string]float64{"s": 1, "m": 60, "h": 3600}[unit]
	if err != nil || seconds == 0 || math.IsNaN(n) || n/seconds <= 0 {
		return 0, errors.New("give events by second, minute or hour, as 20/s, 90/m or 600/h")
	}
	if n /= seconds; n > MaxRate {
		return 0, fmt.Errorf("%w; give at most %d/s", ErrBounds, MaxRate)
	}
	return n, nil
}

// Events returns how many events a rate makes in a time. It returns [ErrBounds] if they are
// none or more than [MaxEvents], or if the time is longer than 30 days.
func Events(perSecond float64, d time.Duration) (int, error) {
	if d > maxTime {
		return 0, fmt.Errorf("%s: %w; give at most %s", d, ErrBounds, cli.Duration(maxTime))
	}
	n := math.Round(perSecond * d.Seconds())
	if n < 1 {
		return 0, fmt.Errorf("%g/s for %s: %w; that is less than one event: give more time", perSecond, d, ErrBounds)
	}
	if n > MaxEvents {
		return 0, fmt.Errorf("%g/s for %s: %w; that is %.0f events: give less time, for at most %d",
			perSecond, d, ErrBounds, n, MaxEvents)
	}
	return int(n), nil
}
