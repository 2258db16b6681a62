package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/hook"
)

// Every act can be rehearsed on "hookctl run": pausing, retrying by a filter, cancelling, and
// dropping a letter.
func TestActOnRun(t *testing.T) {
	t.Parallel()
	l := startLocal(t)
	const paused = "Processing is paused: events wait in the queue. To have them handled: hookctl resume"
	l.wants("pause", "Processing is paused")
	l.setBroken(hook.RetryAfter(time.Hour, errors.New("closed")))
	for _, id := range []string{"evt_1", "evt_2", "evt_3"} {
		l.wants("send text.incoming.sms --id "+id+" --to "+l.url, "200")
	}
	l.wants("events list --all", paused, "No event matches.")
	l.wants("dead list", paused)
	l.wants("quarantine list", paused)
	l.wants("events find --contains x", paused)
	l.wants("resume", "Processing is resumed.")
	l.until("all wait", func() bool {
		out, _ := l.do("events", "list")
		return strings.Contains(out, "3 open events in 1 group") && !strings.Contains(out, "paused")
	})
	l.wants("events cancel contiguity evt_3 --yes", "ends without another run", `1 event scheduled to be cancelled\.`)
	l.until("evt_3 is cancelled", func() bool {
		out, _ := l.do("events", "show", "contiguity", "evt_3")
		return strings.Contains(out, "failed (cancelled)")
	})

	l.setBroken(hook.Permanent(errors.New("no such number")))
	l.wants("events retry --source contiguity --dry-run", " 2  runs reply; no handler is done")
	l.wants("events retry --source contiguity --yes --json", `(?s)"act":"retry".*"outcome":"sent".*"outcome":"sent"`)
	l.until("both are dead", func() bool { out, _ := l.do("dead", "list"); return strings.Contains(out, "2 dead letters") })
	l.wants("events retry --source contiguity --yes", "No event matches.")
	l.wants("dead drop --source contiguity --yes", "2 letters to delete for good", "2 letters deleted.")
	l.wants("events list", "No event is open")
	l.wants("events show evt_1", `failed \(dropped\)`, "no such number", `took +run 1, .*: retried in [0-9.]+ ms \(reply .*\)\n +run 2, .*: dead_lettered in`)
	l.wants("events reindex", "changed the index for 0 of them")
}
