package ledger

// A Kept is what is kept of an event's body.
type Kept struct {
	Body    []byte // nil if Omitted
	Omitted bool   // the body was too large to be kept
}
