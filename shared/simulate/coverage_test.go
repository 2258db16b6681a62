package simulate

import (
	"fmt"
	"strings"
	"testing"

	"webhookintake/shared/process"
	"webhookintake/shared/queue"
)

// everything lists what must happen in some schedule, as consecutive parts of a trace's
// lines.
func everything() [][]string {
	want := [][]string{
		{"sleeps until"}, {"heals"}, {"clock is slow"}, {"delivers again"}, {"has a copy of"},
		{"moves back all letters"}, {"sends back"}, {"forgets to delete"}, {"replays"},
		{"asks for", "retry"}, {"asks for", "cancel"}, {"loses the row of"},
		{"send", "is lost"}, {"send", "its answer lost"}, {"send", "is not answered"}, {"the provider hangs up"},
		{"send", "arrives late"}, {"is answered", "200"}, {"is answered", "401"}, {"is answered", "404"}, {"is answered", "503"},
		{"run", "hangs"}, {"run", "panics"}, {"run", "wants"}, {"run", "permanent"}, {"run", "nothing sent"},
		{"loses a race for the conversation"}, {"run late", "returns"}, {"dies", "timeout"}, {"dies", "crash in a handler"},
	}
	for _, op := range []string{opClaim, opStart, opCommit, opEnd, opNewest, opState, opDefer, opLetter, opRespond} {
		want = append(want, []string{"dies", "crash before " + op + ")"}, []string{"dies", "crash after " + op + ")"})
	}
	want = append(want,
		[]string{opPut, "spill/", "is done"}, []string{opPut, "bodies/", "is done"}, []string{opPut, "quarantine/", "is done"},
		[]string{"sign with the new secret"}, []string{"have the new secret"},
		[]string{"upkeep", "starts", "beside another"}, []string{"release", "starts", "beside another"},
		[]string{"upkeep", "dies", "crash after resend"}, []string{"upkeep", "dies", "crash before remove"},
		[]string{"release", "dies", "crash after resend"})
	for _, op := range []string{opClaim, opStart, opCommit, opEnd, opNewest, opState, opDefer, opLetter, opPut, opGet, opList, opRemove, opResend, opLease} {
		want = append(want,
			[]string{op, "is lost in part or whole", "0 of 1 done, 0 told"},
			[]string{op, "is lost in part or whole", "1 of 1 done, 0 told"},
			[]string{op, "times out"}, []string{op, "arrives late"})
	}
	for _, op := range []string{opClaim, opEnd, opDefer} {
		want = append(want, []string{op, "is lost in part or whole", "1 of 2 done, 1 told"}, []string{op, "never returns", "1 of 2 done"})
	}
	for _, o := range []process.Outcome{
		process.Handled, process.Unhandled, process.Duplicate, process.Cancelled, process.Retried,
		process.InProgress, process.PutBack, process.Unavailable, process.Fenced,
	} {
		want = append(want, []string{opRespond, " " + string(o)})
	}
	for _, r := range []queue.Reason{
		queue.ReasonPermanent, queue.ReasonAttempts, queue.ReasonPayload, queue.ReasonConflict,
		queue.ReasonUnreadable, queue.ReasonOutcomeUnknown, queue.ReasonExpired,
	} {
		want = append(want, []string{opRespond, fmt.Sprintf("%s as %s", process.DeadLettered, r)})
	}
	return want
}

// However many schedules run, they prove nothing about what never happens in any of them.
func TestEverythingHappens(t *testing.T) {
	t.Parallel()
	if raceDetector {
		t.Skip("takes minutes under the race detector, which has nothing to find in it that TestSchedules has not")
	}
	s := newSimulator(t)
	missing := everything()
	const most = 15_000
	var seed uint64
	for len(missing) > 0 && seed < most {
		seed++
		for _, line := range s.Run(t, seed).Trace() {
			missing = without(missing, line)
		}
	}
	t.Logf("each of %d things happened within %d schedules", len(everything())-len(missing), seed)
	for _, parts := range missing {
		t.Errorf("no trace of %d schedules has %q", most, parts)
	}
}

// Queue and vault are away apart and together.
func TestOutagesOverlap(t *testing.T) {
	t.Parallel()
	s := newSimulator(t)
	var queue, both, vault int
	for seed := range uint64(1000) {
		p := drawPlan(newRand(seed), len(s.events))
		p.addRare(seed)
		for step := range p.Steps {
			switch q, v := p.QueueOut.on(step), p.VaultOut.on(step); {
			case !p.Vault:
			case q && v:
				both++
			case q:
				queue++
			case v:
				vault++
			}
		}
	}
	t.Logf("steps without queue, vault and both: %d, %d, %d", queue, vault, both)
	if queue == 0 || vault == 0 || both == 0 {
		t.Error("one of them never happens")
	}
}

// without returns want without the parts that the line has.
func without(want [][]string, line string) [][]string {
	var left [][]string
	for _, parts := range want {
		if !has(line, parts) {
			left = append(left, parts)
		}
	}
	return left
}

func has(line string, parts []string) bool {
	for _, part := range parts {
		_, rest, ok := strings.Cut(line, part)
		if !ok {
			return false
		}
		line = rest
	}
	return true
}
