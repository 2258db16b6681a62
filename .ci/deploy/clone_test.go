package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// before is the version from which a stack is upgraded and to which it is rolled back: the
// last commit of the previous release. If your repository has another history, name here
// the commit that you deployed before.
const before = "760b19cda6448a81a17761d73e55e7864beb8a5c"

// copyOf copies the checkout as a clone would have it, with uncommitted changes, or an
// earlier commit.
func (w *world) copyOf(t *testing.T, name, commit string) shell {
	t.Helper()
	dir := filepath.Join(w.dir, name)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	script := `git ls-files -z --cached --others --exclude-standard | while IFS= read -rd '' file; do
		if [ -e "$file" ]; then printf '%s\0' "$file"; fi
	done | tar -c -f - --null -T - | tar -x -f - -C "$1"`
	if commit != "" {
		script = `git archive "$2" | tar -x -f - -C "$1"`
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", script, "copy", dir, commit)
	cmd.Dir = w.checkout
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("copy %s of the checkout: %v\n%s", name, err, out)
	}
	return shell{dir: dir}
}

// hasCommit reports whether the repository of the checkout has a commit.
func (w *world) hasCommit(t *testing.T, commit string) bool {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", "cat-file", "-e", commit+"^{commit}")
	cmd.Dir = w.checkout
	return cmd.Run() == nil
}

// addHandlers adds handlers of testdata as the README says: a file, and a line in the list
// in register.go.
func (s shell) addHandlers(t *testing.T, names ...string) {
	t.Helper()
	const anchor = "\t// Your own handlers, one line each:\n"
	room := filepath.Join(s.dir, "functions/process/handlers")
	list, err := os.ReadFile(filepath.Join(room, "register.go"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(list), anchor) {
		t.Fatalf("register.go has no line %q", anchor)
	}
	lines := anchor
	for _, name := range names {
		source, err := os.ReadFile("testdata/" + name + ".go.txt")
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(room, name+".go"), string(source))
		lines += "\tregister" + strings.ToUpper(name[:1]) + name[1:] + "(r, getenv)\n"
	}
	write(t, filepath.Join(room, "register.go"), strings.Replace(string(list), anchor, lines, 1))
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
