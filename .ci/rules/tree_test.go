package rules

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the path of the checkout from this package.
const root = "../.."

// A pkg is a folder with Go files.
type pkg struct {
	path  string // "shared/hook"
	files map[string]*ast.File
	lines map[string]int
}

// packages parses every package below functions and shared.
func packages(t *testing.T) []*pkg {
	t.Helper()
	byPath := map[string]*pkg{}
	var all []*pkg
	for _, top := range []string{"functions", "shared"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(file) != ".go" {
				return err
			}
			rel, _ := filepath.Rel(root, file)
			if strings.Contains(rel, "/testdata/") {
				return nil
			}
			text, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, text, parser.ParseComments)
			if err != nil {
				return err
			}
			dir := filepath.ToSlash(filepath.Dir(rel))
			if byPath[dir] == nil {
				byPath[dir] = &pkg{path: dir, files: map[string]*ast.File{}, lines: map[string]int{}}
				all = append(all, byPath[dir])
			}
			byPath[dir].files[filepath.Base(file)] = parsed
			byPath[dir].lines[filepath.Base(file)] = strings.Count(string(text), "\n")
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(all) < 10 {
		t.Fatalf("found %d packages below functions and shared: is the tree where it was?", len(all))
	}
	return all
}

// room is the user's folder: what is in it is theirs to write as they like. The samples
// are the project's.
const room = "functions/process/handlers"

// ours are the packages but those of the user's room.
func ours(t *testing.T) []*pkg {
	t.Helper()
	return slices.DeleteFunc(packages(t), func(p *pkg) bool {
		return within(p.path, room) && !within(p.path, room+"/samples")
	})
}

// doc returns the package comment.
func (p *pkg) doc() string {
	var doc strings.Builder
	for name, f := range p.files {
		if f.Doc != nil && !strings.HasSuffix(name, "_test.go") {
			doc.WriteString(f.Doc.Text())
		}
	}
	return doc.String()
}

// code returns the files that are not tests.
func (p *pkg) code() map[string]*ast.File {
	code := map[string]*ast.File{}
	for name, f := range p.files {
		if !strings.HasSuffix(name, "_test.go") {
			code[name] = f
		}
	}
	return code
}

func (p *pkg) isMain() bool {
	for _, f := range p.files {
		return f.Name.Name == "main"
	}
	return false
}

func TestEveryPackageSaysWhatItNeverDoes(t *testing.T) {
	t.Parallel()
	for _, p := range ours(t) {
		if len(p.code()) == 0 {
			continue
		}
		if doc := p.doc(); !strings.Contains(doc, "never") {
			t.Errorf("%s: its package comment must say what it is for, what it promises, and what it never does", p.path)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for _, p := range ours(t) {
		if p.path == "functions/hookctl/types" {
			continue // a command's folder is named after the command
		}
		switch name := filepath.Base(p.path); name {
		case "util", "utils", "common", "types", "helpers", "models":
			t.Errorf("%s: %q says nothing about what is in it", p.path, name)
		}
	}
}

func TestFilesFitAReader(t *testing.T) {
	t.Parallel()
	const most = 400 // a table of cases may be long; code is far below it
	for _, p := range ours(t) {
		for name, lines := range p.lines {
			if lines > most {
				t.Errorf("%s/%s has %d lines, more than %d: split it by topic", p.path, name, lines, most)
			}
		}
	}
}

func TestMainsOnlyWire(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"functions/ingest", "functions/process", "functions/upkeep"} {
		text, err := os.ReadFile(filepath.Join(root, path, "main.go"))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), "\n"); n >= 40 {
			t.Errorf("%s/main.go has %d lines; a main under 40 leaves nothing untested", path, n)
		}
	}
}

// An init runs before main can refuse the configuration, and in every test.
func TestNoInit(t *testing.T) {
	t.Parallel()
	for _, p := range ours(t) {
		for name, f := range p.code() {
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
					t.Errorf("%s/%s has an init function: let main call it", p.path, name)
				}
			}
		}
	}
}

// A package that reads the environment itself cannot be tested in parallel, and hides its
// dependencies.
func TestOnlyMainReadsTheEnvironment(t *testing.T) {
	t.Parallel()
	for _, p := range ours(t) {
		if p.isMain() {
			continue
		}
		for name, f := range p.code() {
			ast.Inspect(f, func(n ast.Node) bool {
				sel, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if x, ok := sel.X.(*ast.Ident); ok && x.Name == "os" && (sel.Sel.Name == "Getenv" || sel.Sel.Name == "LookupEnv") {
					t.Errorf("%s/%s calls os.%s: take a getenv function", p.path, name, sel.Sel.Name)
				}
				return true
			})
		}
	}
}

// A package comment that names a test must not outlive the test.
func TestDocsNameTestsThatExist(t *testing.T) {
	t.Parallel()
	all := packages(t)
	named := regexp.MustCompile(`\bTest[A-Z]\w+`)
	for _, p := range all {
		for _, test := range named.FindAllString(p.doc(), -1) {
			if !slices.ContainsFunc(all, func(q *pkg) bool { return within(q.path, p.path) && q.declares(test) }) {
				t.Errorf("%s: its package comment names %s, which is no test at or below it", p.path, test)
			}
		}
	}
}

func (p *pkg) declares(function string) bool {
	for _, f := range p.files {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == function {
				return true
			}
		}
	}
	return false
}
