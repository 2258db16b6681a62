package cli

import (
	"cmp"
	_ "embed" // for the sample settings
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/hook"
	"webhookintake/shared/process"
)

// SettingsFile is the user's file of sample settings, below the module's root.
const SettingsFile = "functions/process/handlers/settings.sample.json"

//go:embed settings.json
var settingsDocument []byte

// SampleSettings returns sample values of the settings that handlers ask for, by name:
// those of the sample handlers, and over them those of [SettingsFile] in the clone. A
// handler that cannot start without a setting has a value for it there.
func (e *Env) SampleSettings() (map[string]string, error) {
	var settings map[string]string
	if err := json.Unmarshal(settingsDocument, &settings); err != nil {
		return nil, fmt.Errorf("read the samples' settings: %w", err)
	}
	if e.Folder == "" {
		return settings, nil
	}
	root, err := ModuleRoot(e.Folder)
	if err != nil {
		return nil, fmt.Errorf("look for go.mod: %w", err)
	}
	document, err := os.ReadFile(filepath.Join(root, SettingsFile))
	if root == "" || errors.Is(err, fs.ErrNotExist) {
		return settings, nil
	}
	var yours map[string]string
	if err == nil {
		err = json.Unmarshal(document, &yours)
	}
	if err == nil {
		err = checkSamples(yours)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s, a JSON object of texts: %w", SettingsFile, err)
	}
	maps.Copy(settings, yours)
	return settings, nil
}

// checkSamples refuses what may be a real setting: handlers act with sample settings on
// webhooks that anyone can sign.
func checkSamples(settings map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		value := settings[name]
		_, notNumber := strconv.ParseFloat(value, 64)
		_, notBool := strconv.ParseBool(value)
		if !strings.Contains(value, "sample-only") && notNumber != nil && notBool != nil {
			return fmt.Errorf("%s: put sample-only into the value, as in https://sample-only.example, unless it is a number, true or false", name)
		}
	}
	return nil
}

// Registry returns the handlers that register enters with the settings, checked as
// functions/process checks them at start. A mistake in registering is an error.
func Registry(register func(*hook.Registry, func(string) string) error, getenv func(string) string) (*hook.Registry, error) {
	r, err := hook.NewRegistry(func(r *hook.Registry) error { return register(r, getenv) })
	if err == nil {
		err = process.DefaultTiming.CheckHandlers(r)
	}
	if _, mistake := errors.AsType[hook.RegistrationError](err); err != nil && !mistake {
		return nil, fmt.Errorf("register handlers: %w\nIf a setting is missing, put a sample of it into %s", err, SettingsFile)
	}
	if err != nil {
		return nil, fmt.Errorf("register handlers: %w", err)
	}
	return r, nil
}

// Handlers returns the handlers of this checkout. The settings of a deployed function are
// not visible here, so a handler that is off without settings may or may not run there.
func (e *Env) Handlers() (operate.Handlers, error) {
	samples, err := e.SampleSettings()
	if err != nil {
		return operate.Handlers{}, err
	}
	all, err := Registry(e.Register, func(name string) string { return cmp.Or(e.Getenv(name), samples[name]) })
	if err != nil {
		return operate.Handlers{}, err
	}
	var certain hook.Registry
	// What is refused because a setting is missing is not certain.
	_, _ = hook.NewRegistry(func(*hook.Registry) error { return e.Register(&certain, e.Getenv) })
	return operate.Handlers{All: all, Certain: &certain}, nil
}
