package rights

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A handler that uses the SDK may call anything: its author and the template's
// HandlerTableArns decide that. No test of rights complains.
func TestHandlerByTheBook(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	copyTree(t, dir)
	room := filepath.Join(dir, "functions", "process", "handlers")
	handler, err := os.ReadFile("testdata/balance.go.txt")
	if err != nil {
		t.Fatal(err)
	}
	register, err := os.ReadFile(filepath.Join(room, "register.go"))
	if err != nil {
		t.Fatal(err)
	}
	const mark = "// Your own handlers, one line each:\n"
	entered := strings.Replace(string(register), mark, mark+"if err := registerBalance(r, getenv); err != nil {\nreturn err\n}\n", 1)
	if entered == string(register) {
		t.Fatalf("register.go has no line %q to enter the handler below", mark)
	}
	for name, text := range map[string]string{"balance.go": string(handler), "register.go": entered} {
		if err := os.WriteFile(filepath.Join(room, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		{"build", "-o", os.DevNull, "./functions/process"}, // otherwise the test proves nothing
		{"test", "./.ci/template", "./.ci/rules"},
	} {
		cmd := exec.CommandContext(t.Context(), "go", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("with the handler, go %q: %v\n%s", args, err, out)
		}
	}
	faults, err := Check(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range faults {
		t.Error(fault)
	}
}

// copyTree copies the checkout, without the files of git and of builds.
func copyTree(t *testing.T, to string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		switch {
		case slices.Contains([]string{".git", ".aws-sam"}, name) && entry.IsDir():
			return fs.SkipDir
		case entry.IsDir():
			return os.MkdirAll(filepath.Join(to, name), 0o700)
		case !entry.Type().IsRegular():
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name), text, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}
