package stack

import (
	"fmt"
	"path"
	"time"

	"webhookintake/functions/hookctl/operate/monitor"
)

// Monitor returns what says whether the stack keeps up. For engines on this machine, of which
// nobody keeps metrics, it returns [ErrMissing].
func (s *Stack) Monitor(now func() time.Time) (monitor.Monitor, error) {
	if s.Name == "" {
		return nil, fmt.Errorf("metrics: %w: give --stack NAME", ErrMissing)
	}
	// A stack of an earlier version does not say the API's id.
	m := &monitor.CloudWatch{API: s.CloudWatch(), Stack: s.Name, HTTPAPI: s.resources[HTTPAPI], Now: now}
	for resource, into := range map[Resource]*string{
		Queue: &m.Queue, DeadLetters: &m.DeadLetters,
	} {
		value, err := s.Get(resource)
		if err != nil {
			return nil, err
		}
		*into = path.Base(value) // of a queue's URL, its name
	}
	return m, nil
}
