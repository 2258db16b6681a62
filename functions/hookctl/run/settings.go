package run

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/shared/hook"
	"webhookintake/shared/source"
)

// A mixedError says that anybody who knows the public sample secrets could make handlers
// act with real settings.
type mixedError struct {
	source   string // has a sample secret
	settings []string
}

// Error implements error.
func (e *mixedError) Error() string {
	names := strings.Join(e.settings, ", ")
	return fmt.Sprintf(`handlers have settings of their own (%s), and the source %s has a public sample secret:
anyone who can reach this port could forge a webhook on which they act.
Give sources of your own with --sources FILE, or unset %s; a value that contains sample-only is taken for a sample`,
		names, e.source, names)
}

// registerHandlers registers the user's handlers with the environment's settings, and
// sample settings for the rest. Its error is a [mixedError] if a handler asks for a setting
// that is not a sample's while a source has a sample secret.
func registerHandlers(e *cli.Env, set source.Set) (*hook.Registry, error) {
	samples, err := e.SampleSettings()
	if err != nil {
		return nil, err
	}
	own := map[string]bool{}
	registry, err := cli.Registry(e.Register, func(name string) string {
		value := e.Getenv(name)
		if isOwnSetting(name, value, samples[name]) {
			own[name] = true
		}
		if value == "" {
			return samples[name]
		}
		return value
	})
	if name := sampleSource(set); name != "" && len(own) > 0 {
		return nil, &mixedError{source: name, settings: slices.Sorted(maps.Keys(own))}
	}
	return registry, err
}

// isOwnSetting reports whether a variable gives handlers more than the samples do. Those of
// AWS do not count: a shell has them for its other programs, and they do not say what a
// handler acts on.
func isOwnSetting(name, value, sample string) bool {
	return value != "" && value != sample && !strings.Contains(value, "sample-only") && !strings.HasPrefix(name, "AWS_")
}

// sampleSource returns the first source with a sample secret, or "".
func sampleSource(set source.Set) string {
	for _, name := range slices.Sorted(maps.Keys(set)) {
		for _, secret := range set[name].Settings.Secrets {
			if secret.IsSample() {
				return name
			}
		}
	}
	return ""
}
