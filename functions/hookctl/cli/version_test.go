package cli

import (
	"runtime/debug"
	"testing"
)

func TestVersion(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		module   string
		settings []debug.BuildSetting
		want     string
	}{
		{"of a release", "v1.2.0", []debug.BuildSetting{{Key: "vcs.revision", Value: "0a1b2c3d4e5f60718293"}, {Key: "vcs.modified", Value: "false"}},
			"v1.2.0 (revision 0a1b2c3d4e5f), go1.26.8"},
		{"of a changed clone", "(devel)", []debug.BuildSetting{{Key: "vcs.revision", Value: "0a1b2c3d4e5f60718293"}, {Key: "vcs.modified", Value: "true"}},
			"(devel) (revision 0a1b2c3d4e5f, changed), go1.26.8"},
		{"without git", "", nil, "(devel) (revision not recorded), go1.26.8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := version(&debug.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Version: tt.module}, Settings: tt.settings})
			if got != tt.want {
				t.Errorf("version = %q, want %q", got, tt.want)
			}
		})
	}
}
