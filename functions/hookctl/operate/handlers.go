package operate

import (
	"slices"

	"webhookintake/shared/hook"
)

// UncertainMark follows the name of a handler that a deployed function may lack, and
// UncertainNote explains it.
const (
	UncertainMark = "?"
	UncertainNote = UncertainMark + " runs only if the function has the settings that it needs, which cannot be seen from here"
)

// Handlers are those that a program registers. Which of them a deployed function
// registers depends on its settings, which cannot be seen from here.
type Handlers struct {
	All     *hook.Registry // with every setting present
	Certain *hook.Registry // with the known settings only; nil means the same as All
}

// IsCertain reports whether a deployed function has the handler.
func (h Handlers) IsCertain(provider, eventType, name string) bool {
	return h.Certain == nil || slices.ContainsFunc(h.Certain.For(provider, eventType), func(one hook.Handler) bool { return one.Name == name })
}

// Mark returns the handler's name, marked if a deployed function may lack it.
func Mark(name string, certain bool) string {
	if certain {
		return name
	}
	return name + UncertainMark
}
