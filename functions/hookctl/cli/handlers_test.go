package cli

import "testing"

// TestHandlerSettings wants the environment first, and sample settings for the rest.
func TestHandlerSettings(t *testing.T) {
	t.Parallel()
	unset := func(string) string { return "" }
	for name, value := range SampleSettings() {
		if name == "" || value == "" {
			t.Errorf("setting %q is %q: empty counts as unset", name, value)
		}
		mine := func(asked string) string {
			if asked == name {
				return "mine"
			}
			return ""
		}
		if got := OrSample(mine)(name); got != "mine" {
			t.Errorf("%s = %q, want the environment's", name, got)
		}
		if got := OrSample(unset)(name); got != value {
			t.Errorf("%s = %q, want the sample's %q", name, got, value)
		}
	}
	if got := OrSample(unset)("NO_SUCH_SETTING"); got != "" {
		t.Errorf("a setting that does not exist = %q", got)
	}
}
