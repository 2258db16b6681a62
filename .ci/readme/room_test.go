package readme

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// room is the user's folder.
const room = "functions/process/handlers"

// checkout is a copy of the one that ROOM names.
func checkout(t *testing.T) *reader {
	t.Helper()
	from := os.Getenv("ROOM")
	if from == "" {
		t.Skip("ROOM is unset; make test LAYERS=room sets it")
	}
	return &reader{dir: copyCheckout(t, from)}
}

// must runs a command in the copy. It builds all of the tree, and runs its tests.
func (r *reader) must(t *testing.T, command string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*patience)
	defer cancel()
	if out, err := r.bash(ctx, command).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s\n%s", err, command, out)
	}
}

// theirs is a file of the user's: a handler that always fails, an init, and names that the
// handlers of our tests also have.
const theirs = `package handlers

import (
	"context"
	"errors"

	"webhookintake/shared/hook"
	"webhookintake/shared/provider/contiguity"
)

var errSecret error

func init() { errSecret = errors.New("not today") }

func obey(context.Context, hook.Event[contiguity.Text]) error { return errSecret }
func witness()                                                {}
func sendOnce()                                               {}
`

// entered registers it.
const entered = ` 	// Your own handlers, one line each:
+	hook.On(r, contiguity.TextIncomingSMS, "obey", obey)
`

// With the READMEs' handlers in the room, and one that always fails, every test of handlers
// passes: no test depends on the user's list.
func TestRoomWithHandlers(t *testing.T) {
	r := checkout(t)
	added := 0
	for _, name := range r.documents(t) {
		for _, b := range r.blocks(t, name) {
			if strings.HasPrefix(b.arg, room) && slices.Contains([]string{"write", "append", "insert"}, b.verb) {
				r.follow(t, b)
				added++
			}
		}
	}
	if added < 3 {
		t.Fatalf("the READMEs write or change %d files below %s, want handlers, their list and a test", added, room)
	}
	r.write(t, block{arg: room + "/theirs.go", text: theirs}, os.O_TRUNC)
	r.insert(t, block{arg: room + "/register.go", text: entered})
	r.must(t, "go vet ./...")
	r.must(t, "go test -count=1 "+strings.Join(dependents(t, r.dir), " "))
}

// Without the samples, their folder and the lines of register.go that name it, the other
// tests pass.
func TestRoomWithoutSamples(t *testing.T) {
	r := checkout(t)
	if err := os.RemoveAll(filepath.Join(r.dir, room, "samples")); err != nil {
		t.Fatal(err)
	}
	register := filepath.Join(r.dir, room, "register.go")
	text, err := os.ReadFile(register)
	if err != nil {
		t.Fatal(err)
	}
	var left []byte
	removed := 0
	for line := range bytes.Lines(text) {
		if bytes.Contains(line, []byte("samples")) && !bytes.HasPrefix(bytes.TrimSpace(line), []byte("//")) {
			removed++
			continue
		}
		left = append(left, line...)
	}
	if removed != 2 {
		t.Fatalf("register.go names the samples in %d lines, want the import and the one that enters them", removed)
	}
	if err := os.WriteFile(register, left, 0o600); err != nil {
		t.Fatal(err)
	}
	r.must(t, "go vet ./...") // which builds as well
	r.must(t, "go test -count=1 "+strings.Join(dependents(t, r.dir), " "))
	r.must(t, "go run ./functions/hookctl run --once | grep 'No handler is registered'")
}

// dependents are the packages that can depend on the room: those whose files, tests
// included, name the process function, and the rules for the tree.
func dependents(t *testing.T, root string) []string {
	t.Helper()
	found := map[string]bool{"./.ci/rules": true, "./functions/process/...": true}
	err := fs.WalkDir(os.DirFS(root), ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == ".git" || isModule(filepath.Join(root, file)) && file != ".") {
			return fs.SkipDir
		}
		if path.Ext(file) != ".go" || strings.HasPrefix(file, ".ci/readme/") {
			return nil
		}
		text, err := os.ReadFile(filepath.Join(root, file))
		if err == nil && bytes.Contains(text, []byte("functions/process")) {
			if dir := "./" + path.Dir(file); !strings.HasPrefix(dir, "./functions/process") {
				found[dir] = true
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for dir := range found {
		list = append(list, dir)
	}
	slices.Sort(list)
	if len(list) < 8 {
		t.Fatalf("found %d packages that name the process function: is it where it was?", len(list))
	}
	return list
}

// isModule reports whether a folder is the top of a module.
func isModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}
