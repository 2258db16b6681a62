package cli

import (
	"cmp"
	"fmt"
	"runtime/debug"
)

// version returns what the program was built from and with, as "v1.2.0 (revision 0a1b2c3d4e5f,
// changed), go1.26.8".
func version(info *debug.BuildInfo) string {
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	revision := "revision not recorded"
	if text := settings["vcs.revision"]; text != "" {
		revision = "revision " + text[:min(12, len(text))]
	}
	if settings["vcs.modified"] == "true" {
		revision += ", changed"
	}
	return fmt.Sprintf("%s (%s), %s", cmp.Or(info.Main.Version, "(devel)"), revision, info.GoVersion)
}

// buildVersion returns the version of this program.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return version(info)
}
