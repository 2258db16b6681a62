package simulate

import (
	"math/rand/v2"
	"time"
)

// maxSkew is how far each machine's clock may be off. Two clocks are then just less than 5
// s apart: records keep milliseconds, and the lease's margin is exactly 5 s.
const maxSkew = 2500*time.Millisecond - time.Millisecond

// A plan is what a seed decides before anything happens: how large the world is, how often
// each fault happens, and what is sent.
type plan struct {
	Workers int
	Batch   int // most messages that a worker takes
	Steps   int // of the driver, until the world heals
	Skews   []time.Duration
	FarOff  bool // clocks differ by minutes, so that leases overlap
	LoseRow int  // the step from which a row of the table gets lost; negative: never
	Nap     int  // the step at which no worker runs for days; negative: never

	Vault        bool // there are a vault and upkeep
	Sign, Rotate int  // the steps at which the providers sign with a new secret, and the sources have it; negative: never

	QueueOut, LedgerOut, VaultOut outage

	Lost      float64 // a request or its answer does not arrive
	Torn      float64 // of those: each item of a batch has its own fate
	Crash     float64 // the process dies before or after a call
	Hung      float64 // a call is not answered in time
	Late      float64 // of those: the request is carried out later
	Slow      float64 // time passes although goroutines could continue
	Stuck     float64 // a machine's clock runs slowly, and its process outlives its time
	Again     float64 // the queue delivers a message that is being worked on
	Copies    float64 // the queue keeps a message that was deleted, or sends it twice
	Fail      float64 // a handler does not succeed
	Operator  float64 // an operator redrives dead letters, or replays an event
	Upkeep    float64 // upkeep runs although it is not due, beside one that does
	Release   float64 // an operator releases refused requests
	Impatient float64 // a provider does not wait for the answer, or does not see it

	Events  []int    // into the catalogue
	Twice   []bool   // sent once more, unasked
	Forged  int      // how many requests strangers send
	Foreign bool     // the queue has a message that is not ours, and so has the vault
	Doomed  []string // how the event's handlers always fail; empty if they do not
}

// An outage is a number of steps in which an engine does not answer.
type outage struct{ From, To int }

func (o outage) on(step int) bool { return o.From <= step && step < o.To }

func drawPlan(rng *rand.Rand, events int) plan {
	p := plan{
		Workers: 2 + rng.IntN(3), Batch: 1 + rng.IntN(5), Steps: 30 + rng.IntN(100), Nap: -1,
		Lost: rate(rng, 0.5), Torn: rng.Float64(), Crash: rate(rng, 0.25), Hung: rate(rng, 0.4),
		Late: rng.Float64(), Slow: rate(rng, 0.6), Again: rate(rng, 0.3), Copies: rate(rng, 0.3),
		Fail: rate(rng, 0.7), Stuck: rate(rng, 0.3), Operator: rate(rng, 0.5), Impatient: rate(rng, 0.5),
	}
	for range p.Workers {
		p.Skews = append(p.Skews, time.Duration(rng.Int64N(int64(2*maxSkew)))-maxSkew)
	}
	if rng.IntN(16) == 0 {
		p.Nap = rng.IntN(p.Steps)
	}
	p.QueueOut, p.LedgerOut = drawOutage(rng, p.Steps), drawOutage(rng, p.Steps)
	for _, i := range rng.Perm(events)[:2+rng.IntN(4)] {
		p.Events = append(p.Events, i)
		p.Twice = append(p.Twice, rng.IntN(4) == 0)
		p.Doomed = append(p.Doomed, []string{"permanent", "error", ""}[min(rng.IntN(24), 2)])
	}
	p.Forged = max(0, rng.IntN(4)-2)
	p.Foreign = rng.IntN(10) == 0
	return p
}

// maxFarOff is how far each clock may be off in schedules whose clocks are wrong.
const maxFarOff = 5 * time.Minute

// addRare adds what happens in few schedules. It does not draw from the schedule's own
// numbers, so that the others stay as they are.
func (p *plan) addRare(seed uint64) {
	p.LoseRow, p.Sign, p.Rotate = -1, -1, -1
	switch mix(seed, 0x5ca1e) % 16 {
	case 0, 1:
		p.FarOff = true
		for i := range p.Skews {
			p.Skews[i] = time.Duration(mix(seed, uint64(i))%uint64(2*maxFarOff)) - maxFarOff
		}
	case 2:
		p.LoseRow = int(mix(seed, 0x105e) % uint64(p.Steps))
	case 3, 4, 5, 6:
		p.addVault(rand.New(rand.NewPCG(seed, 0x7a017)))
	}
}

// addVault adds a vault and upkeep, and often outages of the vault, of the queue, and of both
// at once, and a rotation of the secret in the wrong order.
func (p *plan) addVault(rng *rand.Rand) {
	p.Vault = true
	p.VaultOut = drawOutage(rng, p.Steps)
	if rng.IntN(2) == 0 {
		from := rng.IntN(p.Steps)
		p.QueueOut = outage{from, from + 10 + rng.IntN(60)}
	}
	if rng.IntN(2) == 0 {
		p.Sign = rng.IntN(p.Steps)
		p.Rotate = p.Sign + rng.IntN(p.Steps)
	}
	p.Upkeep, p.Release = rate(rng, 0.5), rate(rng, 0.5)
	p.Forged = max(p.Forged, rng.IntN(3))
	p.Foreign = p.Foreign || rng.IntN(4) == 0
	if rng.IntN(4) == 0 {
		p.VaultOut = p.QueueOut
	}
}

// rate draws a rate. It is often 0, so that faults also occur alone, and seldom near most.
func rate(rng *rand.Rand, most float64) float64 {
	if rng.IntN(5) < 2 {
		return 0
	}
	x := rng.Float64()
	return most * x * x
}

func drawOutage(rng *rand.Rand, steps int) outage {
	if rng.IntN(4) > 0 {
		return outage{}
	}
	from := rng.IntN(steps)
	return outage{from, from + 1 + rng.IntN(30)}
}
