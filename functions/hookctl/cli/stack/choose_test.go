package stack_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"webhookintake/functions/hookctl/cli/stack"
)

const samconfig = `version = 0.1 # SAM CLI's own
[default.global.parameters]
stack_name = "of-global"   # for every command
region = 'eu-west-1'
[default.deploy.parameters]  # beats the one before
capabilities = "CAPABILITY_IAM"
[prod.deploy.parameters]
stack_name = "of-prod"
profile = "prod"
`

func TestChoose(t *testing.T) {
	t.Parallel()
	running := func() bool { return true }
	here := stack.Choice{Here: true}
	sam := stack.Choice{Name: "of-global", Region: "eu-west-1", From: "samconfig.toml"}
	named, engine := map[string]string{"HOOKCTL_STACK": "of-env"}, map[string]string{"TABLE_NAME": "ledger"}
	for _, tt := range []struct {
		name    string
		flag    string
		env     map[string]string
		running func() bool
		file    string
		want    stack.Choice
		err     error
	}{
		{"the flag beats all", "of-flag", map[string]string{"HOOKCTL_STACK": "of-env", "TABLE_NAME": "ledger"}, running, samconfig, stack.Choice{Name: "of-flag"}, nil},
		{"the variable beats what runs here", "", named, running, samconfig, stack.Choice{Name: "of-env", From: "HOOKCTL_STACK"}, nil},
		{"engines beat what runs here", "", engine, running, samconfig, stack.Choice{}, nil},
		{"an endpoint alone is no engine", "", map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, nil, samconfig, sam, nil},
		{"the variable and an engine", "", map[string]string{"HOOKCTL_STACK": "of-env", "TABLE_NAME": "ledger"}, nil, samconfig, stack.Choice{}, stack.ErrAmbiguous},
		{"what runs here beats the file", "", nil, running, samconfig, here, nil},
		{"nothing runs here", "", nil, func() bool { return false }, samconfig, sam, nil},
		{"the file", "", nil, nil, samconfig, sam, nil},
		{"deploy's own name", "", nil, nil, "[default.global.parameters]\nstack_name='a'\n[default.deploy.parameters]\nstack_name='b'\nprofile='p'\n",
			stack.Choice{Name: "b", Profile: "p", From: "samconfig.toml"}, nil},
		{"a file without a name", "", nil, nil, "[default.deploy.parameters]\nregion = 'eu-west-1'\n", stack.Choice{}, nil},
		{"another environment's name", "", nil, nil, "[prod.deploy.parameters]\nstack_name = 'a'\n", stack.Choice{}, nil},
		{"a name in a comment", "", nil, nil, "[default.deploy.parameters]\n# stack_name = 'a'\n", stack.Choice{}, nil},
		{"no file", "", nil, nil, "", stack.Choice{}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := stack.Lookup{Getenv: environment(tt.env), Running: tt.running, Folder: clone(t, tt.file)}.Choose(tt.flag)
			if got != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("Choose = %+v, %v; want %+v, %v", got, err, tt.want, tt.err)
			}
		})
	}
}

// clone makes a module with that samconfig.toml, unless it is empty, inside of another that
// has one too, and returns a folder of it.
func clone(t *testing.T, samconfig string) string {
	t.Helper()
	outer := t.TempDir()
	module := filepath.Join(outer, "module")
	folder := filepath.Join(module, "functions", "hookctl")
	write := func(name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	write(filepath.Join(outer, "samconfig.toml"), "[default.deploy.parameters]\nstack_name = 'of-another-project'\n")
	write(filepath.Join(module, "go.mod"), "module m\n")
	if samconfig != "" {
		write(filepath.Join(module, "samconfig.toml"), samconfig)
	}
	return folder
}

// TestChooseRefusesWhatItCannotRead wants no other intake in place of the one that a file
// names which cannot be read.
func TestChooseRefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "samconfig.toml"), 0o700); err != nil {
		t.Fatal(err)
	}
	if got, err := (stack.Lookup{Getenv: environment(nil), Folder: folder}).Choose(""); err == nil || got.Name != "" {
		t.Errorf("Choose = %+v, %v; want an error", got, err)
	}
}
