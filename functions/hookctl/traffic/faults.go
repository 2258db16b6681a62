package traffic

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Faults are the shares of events that have a fault, from 0 to 1.
type Faults struct {
	Duplicate float64 `json:"duplicate"` // the event is sent a second time, a little later
	Reorder   float64 `json:"reorder"`   // the event is held back until later ones were sent
	Forged    float64 `json:"forged"`    // the signature is invalid
	Slow      float64 `json:"slow"`      // the answer is read slowly, or the connection is dropped before it
}

// The names of faults, and their default shares.
const (
	faultDuplicate, shareDuplicate = "duplicate", 0.02
	faultReorder, shareReorder     = "reorder", 0.05
	faultForged, shareForged       = "forged", 0.01
	faultSlow, shareSlow           = "slow", 0.02
	faultAll                       = "all" // each with its default share
)

// errFaults says what a list of faults looks like.
var errFaults = errors.New("give duplicate, reorder, forged, slow or all, separated by commas, each with a share, as duplicate=5%, or without")

// ParseFaults reads a list such as "duplicate,forged=0.5%". Empty text means no faults.
func ParseFaults(text string) (Faults, error) {
	var f Faults
	if strings.TrimSpace(text) == "" {
		return f, nil
	}
	for item := range strings.SplitSeq(text, ",") {
		name, percent, given := strings.Cut(strings.TrimSpace(item), "=")
		share := math.NaN()
		if given {
			var ok bool
			if share, ok = parsePercent(percent); !ok {
				return Faults{}, fmt.Errorf("fault %q: %q is not a share from 0%% to 100%%; %w", name, percent, errFaults)
			}
		}
		if !f.set(name, share) {
			return Faults{}, fmt.Errorf("no fault %q; %w", name, errFaults)
		}
	}
	return f, nil
}

func parsePercent(text string) (share float64, ok bool) {
	number, ok := strings.CutSuffix(text, "%")
	if !ok {
		return 0, false
	}
	percent, err := strconv.ParseFloat(number, 64)
	if err != nil || math.IsNaN(percent) || percent < 0 || percent > 100 {
		return 0, false
	}
	return percent / 100, true
}

// set sets the share of the fault with that name; NaN means its default. It reports
// whether there is such a fault.
func (f *Faults) set(name string, share float64) bool {
	or := func(own float64) float64 {
		if math.IsNaN(share) {
			return own
		}
		return share
	}
	switch name {
	case faultDuplicate:
		f.Duplicate = or(shareDuplicate)
	case faultReorder:
		f.Reorder = or(shareReorder)
	case faultForged:
		f.Forged = or(shareForged)
	case faultSlow:
		f.Slow = or(shareSlow)
	case faultAll:
		*f = Faults{or(shareDuplicate), or(shareReorder), or(shareForged), or(shareSlow)}
	default:
		return false
	}
	return true
}

// String returns the list that [ParseFaults] reads, or "none".
func (f Faults) String() string {
	var items []string
	for _, one := range []struct {
		name  string
		share float64
	}{
		{faultDuplicate, f.Duplicate}, {faultReorder, f.Reorder}, {faultForged, f.Forged}, {faultSlow, f.Slow},
	} {
		if one.share > 0 {
			items = append(items, one.name+"="+strconv.FormatFloat(one.share*100, 'g', 4, 64)+"%")
		}
	}
	if len(items) == 0 {
		return "none"
	}
	return strings.Join(items, ",")
}
