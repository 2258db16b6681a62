package hooktest

// A Fault is something that goes wrong during a [Run].
type Fault struct {
	kind    faultKind
	handler string
}

type faultKind int

const (
	crashAfter faultKind = iota
	loseReply
	twice
)

// CrashAfter ends the process once, after the first run of the handler: after the ledger
// has recorded its end, if that happens at once (OnWrites, OnState, AtMostOnce, SkipStale);
// otherwise as soon as it has returned. The event comes again when its lease and the
// queue's visibility timeout are over. Run fails if no such handler runs.
func CrashAfter(handler string) Fault { return Fault{crashAfter, handler} }

// LoseReply loses the ledger's answers about the handler's first run: the ledger records
// that the handler finished, but the worker never learns it. Run fails if no such handler
// runs.
func LoseReply(handler string) Fault { return Fault{loseReply, handler} }

// Twice delivers every event a second time.
func Twice() Fault { return Fault{kind: twice} }
