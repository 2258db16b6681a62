package simulate

import (
	"maps"
	"time"
)

// lost is called when an event's row is removed from the table. The event begins again,
// and the checkers remember what the ledger no longer can.
func (v *watch) lost(key string) {
	f := v.of(key)
	f.forgot = map[string]bool{}
	maps.Copy(f.forgot, f.life.finished)
	maps.Copy(f.forgot, f.life.unsure)
	f.life = newLife(time.Now())
}

// ranBeforeLoss reports a handler that runs again because the row was lost.
func (v *watch) ranBeforeLoss(f *fate, r *run) {
	switch {
	case !f.forgot[r.handler]:
	case atMostOnce(r.handler):
		v.w.violated(10, "%s, at most once, runs again for %s", r.handler, r.key)
	default:
		v.w.violated(9, "%s runs for %s, which it has done", r.handler, r.key)
	}
}
