package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What cannot be meant is refused before anything is built.
func TestBuildRefuses(t *testing.T) {
	t.Parallel()
	reads(t, "../build.sh", "../env.sh", "../sam.sh", "../../template.yaml", "../../samconfig.toml")
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "sam"), []byte("#!/bin/sh\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, env string
		variable  string // of the environment, as make makes one of what is typed behind it
		args      []string
		want      string
	}{
		{"no such stage", "production", "", nil, "samconfig.toml has no stage production. It has: default prod"},
		{"a stage of a longer name", "pro", "", nil, "samconfig.toml has no stage pro. It has: default prod"},
		{"a stage among the options", "default", "", []string{"--config-env", "prod"}, "give the stage as ENV, as in: make deploy ENV=prod"},
		{"a stage in one word", "default", "", []string{"--config-env=prod"}, "give the stage as ENV, as in: make deploy ENV=prod"},
		{"another template", "default", "", []string{"-t", "template.yaml"}, "give the stage as ENV"},
		{"a parameter as make's", "default", "Architecture=arm64", nil, "make deploy ARGS='--parameter-overrides Architecture=arm64'"},
		{"another as make's", "prod", "AlarmEmail=ops@example.com", nil, "make deploy ARGS='--parameter-overrides AlarmEmail=ops@example.com'"},
		{"no such processor", "default", "", []string{"--parameter-overrides", "LogLevel=debug Architecture=ARM64"}, "Architecture=ARM64: give x86_64 or arm64"},
		{"the last one counts", "default", "", []string{"--parameter-overrides", "Architecture=arm64", "Architecture=i386"}, "Architecture=i386: give x86_64 or arm64"},
		{"in CloudFormation's form", "default", "", []string{"--parameter-overrides=ParameterKey=Architecture,ParameterValue=i386"}, "Architecture=i386: give x86_64 or arm64"},
		{"no such parameter", "default", "", []string{"--parameter-overrides", `AlarmMail="a@b.c"`}, "AlarmMail is not a parameter of template.yaml"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), "bash", append([]string{"../build.sh", tt.env, t.TempDir()}, tt.args...)...)
			cmd.Env = append(cmd.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "CI=", "WEBHOOK_CACHE="+t.TempDir())
			if tt.variable != "" {
				cmd.Env = append(cmd.Env, tt.variable)
			}
			out, err := cmd.CombinedOutput()
			if err == nil || !strings.Contains(string(out), tt.want) || strings.Count(string(out), "\n") != 1 {
				t.Errorf("%v, says %q, want one line with %q", err, out, tt.want)
			}
		})
	}
}

// reads says which files a script reads, to go test's cache, which sees only what the test
// itself looks at.
func reads(t *testing.T, files ...string) {
	t.Helper()
	for _, file := range files {
		if _, err := os.Stat(file); err != nil {
			t.Fatal(err)
		}
	}
}
