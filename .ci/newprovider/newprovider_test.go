package newprovider

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// insertions are the edits: by path, lines that are inserted after a line.
var insertions = map[string][]struct{ after, text string }{
	"shared/source/providers.go": {
		{"\t\"webhookintake/shared/provider/standard\"\n", "\t\"webhookintake/shared/provider/toy\"\n"},
		{"\t\tstandard.Provider{},\n", "\t\ttoy.Provider{},\n"},
	},
	"shared/provider/README.md": {
		{"`webhook.NewType` of yours.\n", "\n## Toy\n\nSet a secret in its console.\n"},
	},
	"functions/hookctl/dialect/dialect.go": {
		{"standardDialect()", ", toyDialect()"},
	},
	"functions/hookctl/dialect/sample_test.go": {
		{"\t\"webhookintake/shared/provider/kyc\"\n", "\t\"webhookintake/shared/provider/toy\"\n"},
		{"decode(kyc.SessionCreated), \"SessionID\"},\n", "\t\t{\"toy.lamp.switched\", decode(toy.LampSwitched), \"ID\"},\n"},
	},
}

// suites are the packages whose tests a new provider concerns.
var suites = []string{
	"./shared/provider/...", "./shared/source", "./shared/ingest", "./functions/ingest", "./functions/process/...",
	"./functions/hookctl/...", "./.ci/rules",
}

// The list is complete, as every suite passes after its steps, and has nothing else, as
// each step changes something and nothing changes that no step names.
func TestAddingAProvider(t *testing.T) {
	if os.Getenv("WEBHOOK_TEST_NEWPROVIDER") == "" {
		t.Skip("WEBHOOK_TEST_NEWPROVIDER is not set: make test LAYERS=provider sets it")
	}
	dir := t.TempDir()
	copyTree(t, dir)
	before := contents(t, dir)
	list := steps(t)
	for _, s := range list {
		follow(t, dir, s)
	}
	after := contents(t, dir)

	used := map[step]bool{}
	for _, file := range slices.Sorted(maps.Keys(after)) {
		old, existed := before[file]
		if existed && old == after[file] {
			continue
		}
		i := slices.IndexFunc(list, func(s step) bool { return s.matches(file) })
		if i < 0 {
			t.Errorf("%s changed, and the list does not name it", file)
			continue
		}
		used[list[i]] = true
		if verb := list[i].verb; verb == "new" && existed || verb == "edit" && !existed {
			t.Errorf("%s existed before: %v; the list says %q", file, existed, verb)
		}
	}
	for _, s := range list {
		if s.verb != "run" && !used[s] {
			t.Errorf("%s %s: no such file changed; remove it from the list", s.verb, s.what)
		}
	}
	if t.Failed() {
		return // the suites take minutes
	}
	run(t, dir, "go build ./... && go vet ./...")
	run(t, dir, "go test "+strings.Join(suites, " "))
}

// follow does what one step of the list says.
func follow(t *testing.T, dir string, s step) {
	t.Helper()
	switch s.verb {
	case "run":
		run(t, dir, s.what)
	case "new":
		files, err := filepath.Glob(filepath.Join("testdata/new", s.what))
		if err != nil || len(files) == 0 {
			t.Fatalf("new %s: testdata/new has no such file", s.what)
		}
		for _, file := range files {
			rel, _ := filepath.Rel("testdata/new", file)
			write(t, filepath.Join(dir, rel), read(t, file))
		}
	case "edit":
		file := filepath.Join(dir, s.what)
		text := string(read(t, file))
		if len(insertions[s.what]) == 0 {
			t.Fatalf("edit %s: this test does not know how", s.what)
		}
		for _, i := range insertions[s.what] {
			if strings.Count(text, i.after) != 1 {
				t.Fatalf("edit %s: want %q in it once", s.what, i.after)
			}
			text = strings.Replace(text, i.after, i.after+i.text, 1)
		}
		write(t, file, []byte(text))
	}
}

// copyTree copies the files that git tracks or would track.
func copyTree(t *testing.T, dir string) {
	t.Helper()
	list := exec.CommandContext(t.Context(), "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = root
	files, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	for file := range bytes.SplitSeq(bytes.Trim(files, "\x00"), []byte{0}) {
		from := filepath.Join(root, string(file))
		if info, err := os.Stat(from); err != nil || !info.Mode().IsRegular() {
			continue // deleted, and git still lists it
		}
		write(t, filepath.Join(dir, string(file)), read(t, from))
	}
}

// contents returns the files below dir by their path.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(file string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			all[file] = string(read(t, filepath.Join(dir, file)))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func run(t *testing.T, dir, command string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "bash", "-c", command)
	c.Dir = dir
	c.Env = append(os.Environ(), "GOFLAGS=-trimpath -buildvcs=false")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func write(t *testing.T, file string, text []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
