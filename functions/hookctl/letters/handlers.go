package letters

import "webhookintake/shared/hook"

// Handlers are those that a program registers. What a deployed one registers depends on
// its settings, which are not here to be seen.
type Handlers struct {
	All  *hook.Registry // with every setting there
	Sure *hook.Registry // with the settings that are known; nil means that All is right
}

// A handler is one of an event's.
type handler struct {
	name   string
	once   bool // runs at most once
	unsure bool // whether it is registered depends on settings that are not known
}

func (h Handlers) of(l Letter) []handler {
	sure := map[string]bool{}
	if h.Sure != nil {
		for _, one := range h.Sure.For(l.Provider, l.Type) {
			sure[one.Name] = true
		}
	}
	var all []handler
	for _, one := range h.All.For(l.Provider, l.Type) {
		all = append(all, handler{
			name: one.Name, once: one.Has(hook.AtMostOnce), unsure: h.Sure != nil && !sure[one.Name],
		})
	}
	return all
}
