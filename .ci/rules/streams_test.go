package rules

import (
	"fmt"
	"go/ast"
	"slices"
	"testing"
)

// streams are the files that may name a process's own streams, each with the reason.
var streams = map[string]string{
	"functions/ingest/main.go":     "it is the program",
	"functions/process/main.go":    "it is the program",
	"functions/upkeep/main.go":     "it is the program",
	"functions/hookctl/cli/env.go": "it stands in for hookctl's main, and puts cli.Writer before the streams",
}

// streamFiles may pass a Writer's stream to another program, past the Writer.
var streamFiles = map[string]string{
	"functions/hookctl/cli/writer.go":    "declares it",
	"functions/hookctl/run/reloading.go": "the program that it starts is hookctl itself, whose own Writer then knows the terminal",
}

// What a program prints past cli.Writer reaches the terminal as it is, with the control
// characters of its author: a queue, a table, a provider.
func TestOnlyTheWriterPrints(t *testing.T) {
	t.Parallel()
	for _, p := range ours(t) {
		for name, f := range p.code() {
			file := p.path + "/" + name
			ast.Inspect(f, func(n ast.Node) bool {
				what := printing(n)
				switch {
				case what == "", streams[file] != "", what == "Stream" && streamFiles[file] != "":
				case what == "Stream":
					t.Errorf("%s passes on the terminal: print through the cli.Writer", file)
				default:
					t.Errorf("%s uses %s: take a writer, in hookctl that of cli.Env", file, what)
				}
				return true
			})
		}
	}
}

// printing returns what in the node writes to a process's own streams, empty if nothing does.
func printing(n ast.Node) string {
	switch n := n.(type) {
	case *ast.CallExpr:
		if id, ok := n.Fun.(*ast.Ident); ok && id.Obj == nil && (id.Name == "print" || id.Name == "println") {
			return id.Name
		}
	case *ast.SelectorExpr:
		x, ok := n.X.(*ast.Ident)
		if n.Sel.Name == "Stream" {
			return "Stream"
		}
		if ok && x.Obj == nil && slices.Contains(ownStreams[x.Name], n.Sel.Name) {
			return fmt.Sprintf("%s.%s", x.Name, n.Sel.Name)
		}
	}
	return ""
}

// ownStreams are what writes to a process's streams, by package.
var ownStreams = map[string][]string{
	"os":      {"Stdout", "Stderr"},
	"syscall": {"Stdout", "Stderr", "Write"},
	"fmt":     {"Print", "Printf", "Println"},
	"log": {
		"Print", "Printf", "Println", "Fatal", "Fatalf", "Fatalln", "Panic", "Panicf", "Panicln", "Default",
	},
	"debug": {"PrintStack"},
}
