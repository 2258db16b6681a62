package cli

import (
	"cmp"
	_ "embed" // for the sample settings
	"encoding/json"
	"fmt"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/hook"
)

//go:embed settings.json
var settingsDocument []byte

// SampleSettings returns sample values of the settings that handlers ask for, by name. A
// handler that cannot start without a setting has a value for it in settings.json.
func SampleSettings() map[string]string {
	var settings map[string]string
	if err := json.Unmarshal(settingsDocument, &settings); err != nil {
		panic(fmt.Sprintf("sample settings: %v", err)) // the tests would have found it
	}
	return settings
}

// OrSample returns a getenv that falls back to the sample settings.
func OrSample(getenv func(string) string) func(string) string {
	settings := SampleSettings()
	return func(name string) string { return cmp.Or(getenv(name), settings[name]) }
}

// Handlers returns the handlers of this checkout. The settings of a deployed function are
// not visible here, so a handler that is off without settings may or may not run there.
func (e *Env) Handlers() (operate.Handlers, error) {
	var all, certain hook.Registry
	if err := e.Register(&all, OrSample(e.Getenv)); err != nil {
		return operate.Handlers{}, fmt.Errorf("register handlers: %w", err)
	}
	_ = e.Register(&certain, e.Getenv) // what it refuses for a missing setting is not certain
	return operate.Handlers{All: &all, Certain: &certain}, nil
}
