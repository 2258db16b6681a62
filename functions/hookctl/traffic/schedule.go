package traffic

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"
)

// A Plan says what traffic to send.
type Plan struct {
	Events int     // how many, at most [MaxEvents]
	Rate   float64 // events a second, at most [MaxRate]
	Faults Faults
	Seed   uint64 // the same seed makes the same schedule
}

// A Delivery is one webhook to be sent, which may take several tries.
type Delivery struct {
	At      time.Duration // when it is sent first, from the start of the run
	Created time.Duration // when its event happened
	Event   int           // number of the event, from 0; a duplicate has the number of its event
	Type    int           // index of the type
	Copy    bool          // the second delivery of the event
	Late    bool          // held back
	Forgery Forgery
	Slow    Slow
}

// A Forgery is the way in which a delivery is forged.
type Forgery int

// The forgeries.
const (
	Authentic   Forgery = iota
	OtherSecret         // signed with another secret
	ChangedBody         // the body was changed after it was signed
	NoSignature         // without any header of the provider
	forgeries
)

// A Slow says what the first try of a delivery does with the receiver's answer.
type Slow int

// The ways to be slow. The zero Slow is prompt.
const (
	Prompt   Slow = iota
	SlowRead      // waits before it reads the answer
	HangUp        // drops the connection before the answer: to the provider, it failed
	slows
)

const (
	// duplicateWithin is the longest time between an event and its duplicate, and
	// holdLonger the longest time that is added to holdSlots.
	duplicateWithin = 2 * time.Second
	holdLonger      = 3 * time.Second
	// holdSlots is the least time for which a late event is held back, in times between
	// two events, so that the next one is certainly before it.
	holdSlots = 2
)

// Schedule returns the deliveries in the order of sending. Events occur at an even rate
// with a little jitter, and among as many events as there are types, each type occurs
// once. With the same seed, other faults do not change times and types.
func (p Plan) Schedule(types int) []Delivery {
	drawTypes := rand.New(rand.NewPCG(p.Seed, 1))
	drawTimes := rand.New(rand.NewPCG(p.Seed, 2))
	drawFaults := rand.New(rand.NewPCG(p.Seed, 3))
	slot := float64(time.Second) / p.Rate
	var order []int
	deliveries := make([]Delivery, 0, p.Events)
	for i := range p.Events {
		if i%types == 0 {
			order = drawTypes.Perm(types)
		}
		at := time.Duration((float64(i) + drawTimes.Float64()) * slot)
		d := Delivery{At: at, Created: at, Event: i, Type: order[i%types]}
		deliveries = p.Faults.apply(deliveries, d, time.Duration(slot), drawFaults)
	}
	slices.SortStableFunc(deliveries, func(a, b Delivery) int { return cmp.Compare(a.At, b.At) })
	return deliveries
}

// apply appends d with its faults, and its duplicate. It always draws the same numbers, so
// that other shares do not change the rest of the schedule.
func (f Faults) apply(deliveries []Delivery, d Delivery, slot time.Duration, draw *rand.Rand) []Delivery {
	forged, forgery := draw.Float64() < f.Forged, 1+Forgery(draw.IntN(int(forgeries)-1))
	slow, how := draw.Float64() < f.Slow, 1+Slow(draw.IntN(int(slows)-1))
	late, held := draw.Float64() < f.Reorder, draw.Float64()
	twice, gap := draw.Float64() < f.Duplicate, draw.Float64()
	if late {
		d.Late = true
		d.At += holdSlots*slot + time.Duration(held*float64(min(holdLonger, 10*holdSlots*slot)))
	}
	if forged {
		d.Forgery = forgery
		return append(deliveries, d)
	}
	if slow {
		d.Slow = how
	}
	deliveries = append(deliveries, d)
	if twice {
		d.At += time.Duration(gap * float64(duplicateWithin))
		d.Copy, d.Late, d.Slow = true, false, Prompt
		deliveries = append(deliveries, d)
	}
	return deliveries
}
