package memory

import (
	"fmt"
	"maps"
	"slices"

	"webhookintake/shared/queue"
)

// check refuses what SQS refuses.
func check(w queue.Wire) error {
	switch {
	case w.Size() > queue.MaxBytes:
		return fmt.Errorf("%w: InvalidParameterValue: %d bytes, at most %d", queue.ErrTooLarge, w.Size(), queue.MaxBytes)
	case w.Body == "":
		return fmt.Errorf("%w: MissingParameter: the body is empty", queue.ErrInvalid)
	case !queue.ValidText(w.Body):
		return fmt.Errorf("%w: InvalidMessageContents: the body has characters outside the allowed set", queue.ErrInvalid)
	case len(w.Attributes) > queue.MaxAttributes:
		return fmt.Errorf("%w: InvalidParameterValue: %d attributes, at most %d", queue.ErrInvalid, len(w.Attributes), queue.MaxAttributes)
	}
	for _, name := range slices.Sorted(maps.Keys(w.Attributes)) {
		if !queue.ValidAttributeName(name) {
			return fmt.Errorf("%w: InvalidParameterValue: attribute name %q", queue.ErrInvalid, name)
		}
		if !queue.ValidText(w.Attributes[name]) {
			return fmt.Errorf("%w: InvalidParameterValue: the value of attribute %s", queue.ErrInvalid, name)
		}
	}
	return nil
}

// clone copies attributes, so that a caller cannot change those in the queue. SQS does not
// distinguish nil from an empty map.
func clone(attributes map[string]string) map[string]string {
	if len(attributes) == 0 {
		return map[string]string{}
	}
	return maps.Clone(attributes)
}
