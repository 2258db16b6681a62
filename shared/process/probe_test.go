package process_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// A probe is completed without a handler, its payload is never kept, and its record expires
// within a day.
func TestProbe(t *testing.T) {
	inWorld(t, func(w *world) {
		hook.OnProvider(&w.registry, shop{}, "all", func(context.Context, hook.Event[json.RawMessage]) error { return errBank })
		w.worker.KeepPayload = func(string) bool { return true }
		probe := message("probe_1")
		probe.Source, probe.Provider, probe.Type = webhook.Probe, webhook.Probe, webhook.ProbeType
		w.send(probe)
		if r := w.want(w.deliver(), process.Probed, true); len(r.Runs) != 0 {
			w.Errorf("runs %v", r.Runs)
		}
		rec, _ := w.ledger.Record(probe.Key())
		if rec.State != ledger.StateCompleted || rec.Reason != "" || rec.Finished.IsZero() || rec.IsOpen() {
			w.Errorf("record %+v", rec)
		}
		if kept := time.Until(rec.Expires); kept <= time.Hour || kept > 24*time.Hour {
			w.Errorf("the record is kept for %v", kept)
		}
		if _, kept := w.ledger.Payload(probe.Key()); kept {
			w.Error("its payload is kept")
		}
		w.send(probe)
		w.want(w.deliver(), process.Duplicate, true)
		// A source of that name, from before it was reserved, is like any other.
		probe.Provider, probe.ID = "shop", "evt_1"
		w.send(probe)
		w.want(w.deliver(), process.Retried, false)
		if rec, _ := w.ledger.Record(probe.Key()); time.Until(rec.Expires) < process.DefaultTiming.Keep() {
			w.Errorf("the record of an event is kept until %v", rec.Expires)
		}
	})
}

// A probe that waits until the queue drops it is no dead letter: nobody looks for it by then.
func TestProbeIsNeverDead(t *testing.T) {
	inWorld(t, func(w *world) {
		probe := message("probe_1")
		probe.Source, probe.Provider, probe.Type = webhook.Probe, webhook.Probe, webhook.ProbeType
		w.send(probe)
		w.ledger.Fault = func(string, string) (bool, error) { return false, errors.New("away") }
		time.Sleep(process.DefaultTiming.QueueRetention - time.Hour)
		w.want(w.deliver(), process.Unavailable, false)
		if letters, err := w.dead.Receive(w.Context(), queue.MaxBatch, 0); err != nil || len(letters) > 0 {
			w.Errorf("%d dead letters, %v", len(letters), err)
		}
	})
}
