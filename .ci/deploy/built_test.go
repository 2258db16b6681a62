package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A sam that builds nothing but headers of programs: for the processor that it is told, else
// for the stage's. It notes how it was called.
const fakeSAM = `#!/bin/sh
echo "$@" >sam.called
machine='\076'
while [ $# -gt 0 ]; do
	case $1 in
	--build-dir) dir=$2 ;;
	prod | Architecture=arm64) machine='\267' ;;
	Architecture=x86_64) machine='\076' ;;
	esac
	shift
done
for function in Ingest Process UpkeepFunction; do
	mkdir -p "$dir/$function"
	printf '\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0'"$machine"'\0' >"$dir/$function/bootstrap"
done
cp template.yaml "$dir"
`

// The programs and the only processor of the built template are for what the deploy will
// be told, wherever that stands; and who takes values of samconfig.toml away hears of it.
func TestBuild(t *testing.T) {
	t.Parallel()
	const lost = "If the stack is new, give these as well:"
	for _, tt := range []struct {
		name, env string
		saved     string // in the stage's deploy section, as --guided leaves it there
		args      []string
		processor string
		says      string // nothing, where it is empty
	}{
		{"the default stage", "default", "", nil, "x86_64", ""},
		{"prod", "prod", "", nil, "arm64", ""},
		{"told", "default", "", []string{"--parameter-overrides", "LogLevel=debug Architecture=arm64"}, "arm64", ""},
		{"told the other", "prod", "", []string{"--parameter-overrides=Architecture=x86_64 GradualDeployment=true", "LogRetentionDays=90", "DeletionProtection=true"}, "x86_64", ""},
		{"told in quotes", "default", "", []string{"--parameter-overrides", `Architecture="arm64"`, "--region", "eu-central-1"}, "arm64", ""},
		{"told in one word and another", "default", "", []string{"--parameter-overrides=LogLevel=debug", "Architecture=arm64"}, "arm64", ""},
		{"told in CloudFormation's form", "default", "", []string{"--parameter-overrides", "ParameterKey=Architecture,ParameterValue=arm64"}, "arm64", ""},
		{"saved", "default", `parameter_overrides = "Architecture=\"arm64\" KeepPayloads=\"\""`, nil, "arm64", ""},
		{"saved as a list", "default", `parameter_overrides = ["LogLevel=warn", 'Architecture=arm64']`, nil, "arm64", ""},
		{"saved, and then commented out", "default", `# parameter_overrides = "Architecture=arm64"`, nil, "x86_64", ""},
		{"told other than saved", "default", `parameter_overrides = "Architecture=\"arm64\""`, []string{"--parameter-overrides", "Architecture=x86_64"}, "x86_64", ""},

		{"prod loses its list", "prod", "", []string{"--parameter-overrides", "AlarmEmail=ops@example.com LogRetentionDays=30"}, "arm64",
			lost + " GradualDeployment=true DeletionProtection=true"},
		{"what was saved is lost", "default", `parameter_overrides = "Architecture=\"x86_64\" LogLevel=\"info\" KeepPayloads=\"all\" AlarmEmail=\"\""`,
			[]string{"--parameter-overrides", "AlarmEmail=ops@example.com"}, "x86_64", lost + " KeepPayloads=all"},
		{"a list's value is lost", "default", `parameter_overrides = ["LogLevel=info", 'KeepPayloads=contiguity,kyc']`,
			[]string{"--parameter-overrides", "AlarmEmail=ops@example.com"}, "x86_64", lost + " KeepPayloads=contiguity,kyc"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := buildable(t, tt.env, tt.saved)
			cmd := exec.CommandContext(t.Context(), "bash", append([]string{filepath.Join(dir, ".ci/build.sh"), tt.env, "built"}, tt.args...)...)
			cmd.Env = append(cmd.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "CI=", "WEBHOOK_CACHE="+dir)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if said := strings.TrimSpace(string(out)); !strings.HasSuffix(said, tt.says) || tt.says == "" && said != "" {
				t.Errorf("says %q, want %q at the end", said, tt.says)
			}
			built, err := os.ReadFile(filepath.Join(dir, "built/template.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			want := "  Architecture:\n    Type: String\n    Default: " + tt.processor + "\n    AllowedValues: [" + tt.processor + "]\n"
			if !strings.Contains(string(built), want) {
				called, _ := os.ReadFile(filepath.Join(dir, "sam.called"))
				t.Errorf("the built template has no\n%ssam was called with %s", want, called)
			}
		})
	}
}

// buildable is a folder with what build.sh reads, and saved in a section of samconfig.toml.
func buildable(t *testing.T, env, saved string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, ".ci"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "sam"), fakeSAM)
	if err := os.Chmod(filepath.Join(dir, "sam"), 0o700); err != nil {
		t.Fatal(err)
	}
	section := "[" + env + ".deploy.parameters]\n"
	for _, name := range []string{".ci/build.sh", ".ci/env.sh", ".ci/sam.sh", "template.yaml", "samconfig.toml"} {
		text, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			t.Fatal(err)
		}
		content := string(text)
		if name == "samconfig.toml" && !strings.Contains(content, section) {
			t.Fatalf("samconfig.toml has no %s", section)
		}
		write(t, filepath.Join(dir, name), strings.Replace(content, section, section+saved+"\n", 1))
	}
	return dir
}
