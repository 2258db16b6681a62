package console

import (
	"crypto/rand"
	"slices"
	"sync"
	"time"
)

const (
	// keptPlans is how many plans can be confirmed, of those that were shown last.
	keptPlans = 16
	// keptItems is how many items all kept plans but the newest may have together. An event of
	// an act takes eight bytes, a dead letter its record and its plan without the body.
	keptItems = 100_000
)

// A plans holds the plans that were shown, each to be carried out once, as it was shown.
type plans struct {
	mu   sync.Mutex
	list []act // the newest last
}

// keep keeps a plan, which gets an id. The oldest plans make room for it.
func (p *plans) keep(a act) act {
	a.id = rand.Text()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list = append(p.list, a)
	items := 0
	for i, old := range slices.Backward(p.list[:len(p.list)-1]) {
		if items += old.count + old.refused; items > keptItems || len(p.list)-i > keptPlans {
			p.list = slices.Delete(p.list, 0, i+1)
			break
		}
	}
	return a
}

// find returns a kept plan, and forgets those that have expired.
func (p *plans) find(id string, now time.Time) (act, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list = slices.DeleteFunc(p.list, func(a act) bool { return !a.expires.IsZero() && !now.Before(a.expires) })
	i := p.index(id)
	if i < 0 {
		return act{}, false
	}
	return p.list[i], true
}

// take reports whether a plan is kept, and forgets it.
func (p *plans) take(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := p.index(id)
	if i < 0 {
		return false
	}
	p.list = slices.Delete(p.list, i, i+1)
	return true
}

func (p *plans) index(id string) int {
	return slices.IndexFunc(p.list, func(a act) bool { return a.id == id })
}
