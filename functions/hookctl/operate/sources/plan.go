package sources

import (
	"fmt"
)

// keyedFormat is the form from which on a new document gets a key.
const keyedFormat = 2

// A Plan is a change that was checked and not written yet.
type Plan struct {
	Base  Base
	After Document
	Says  []string // what changes, line by line, with secrets masked; empty if nothing does
}

// PlanChange plans a change of the source of that name, for an ingest that reads that form
// of the document. It returns [ErrInvalid], [ErrFormat], or the error of change.
func PlanChange(base Base, format int, name string, change func(Document) (Document, error)) (Plan, error) {
	before, after := base.Document, base.Document
	var err error
	if len(before.Names()) == 0 && !before.HasKey() && format >= keyedFormat {
		if after, err = before.WithKey(false); err != nil {
			return Plan{}, err
		}
	}
	if after, err = change(after); err != nil {
		return Plan{}, err
	}
	if err := Allowed(format, before, after); err != nil {
		return Plan{}, err
	}
	says := Changes(before, after, name)
	for _, w := range after.Warnings() {
		if w.Source == name && len(says) > 0 {
			says = append(says, "warning: "+w.String())
		}
	}
	return Plan{base, after, says}, nil
}

// Allowed refuses a document that an ingest which reads that form would refuse, or that has
// new faults.
func Allowed(format int, before, after Document) error {
	if _, err := after.Validate(); err != nil {
		return fmt.Errorf("%w:\n%w", ErrInvalid, err)
	}
	if err := after.CheckFormat(format); err != nil && after.Format() > before.Format() {
		return err
	}
	if err := NewFaults(before, after); err != nil {
		return fmt.Errorf("%w:\n%w", ErrInvalid, err)
	}
	return nil
}
