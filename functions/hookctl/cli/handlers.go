package cli

import (
	"cmp"
	_ "embed" // for the sample settings
	"encoding/json"
	"fmt"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/hook"
	"webhookintake/shared/process"
)

// SettingsFile is the file of the sample settings, below the module's root.
const SettingsFile = "functions/hookctl/cli/settings.json"

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

// Registry returns the handlers that register enters with the settings, checked as
// functions/process checks them at start. A mistake in registering is an error.
func Registry(register func(*hook.Registry, func(string) string) error, getenv func(string) string) (*hook.Registry, error) {
	r, err := hook.NewRegistry(func(r *hook.Registry) error { return register(r, getenv) })
	if err == nil {
		err = process.DefaultTiming.CheckHandlers(r)
	}
	if err != nil {
		return nil, fmt.Errorf("register handlers: %w", err)
	}
	return r, nil
}

// Handlers returns the handlers of this checkout. The settings of a deployed function are
// not visible here, so a handler that is off without settings may or may not run there.
func (e *Env) Handlers() (operate.Handlers, error) {
	all, err := Registry(e.Register, OrSample(e.Getenv))
	if err != nil {
		return operate.Handlers{}, fmt.Errorf("%w\nIf a setting is missing, add a sample of it to %s", err, SettingsFile)
	}
	var certain hook.Registry
	// What is refused because a setting is missing is not certain.
	_, _ = hook.NewRegistry(func(*hook.Registry) error { return e.Register(&certain, e.Getenv) })
	return operate.Handlers{All: all, Certain: &certain}, nil
}
