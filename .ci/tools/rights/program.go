package rights

import (
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/callgraph"
	"golang.org/x/tools/go/callgraph/vta"
	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/ssa/ssautil"
)

const (
	module   = "webhookintake/"
	sdk      = "github.com/aws/aws-sdk-go-v2"
	services = sdk + "/service/"
)

// A tree is a checkout.
type tree struct {
	dir string
	add map[string]string // additional files, by path
}

// A program is one main package: its reachable functions, and their callers.
type program struct {
	dir       string
	positions *token.FileSet
	nodes     map[*ssa.Function]*callgraph.Node
	closures  map[*ssa.Function][]*ssa.MakeClosure // where each is made
}

// load builds the programs of main packages, such as "functions/ingest", in their order.
func load(t tree, mains ...string) ([]*program, error) {
	dir, err := filepath.Abs(t.dir)
	if err != nil {
		return nil, err
	}
	overlay, err := overlay(dir, t.add)
	if err != nil {
		return nil, err
	}
	var patterns []string
	for _, p := range mains {
		patterns = append(patterns, "./"+p)
	}
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.LoadAllSyntax, Dir: dir, Overlay: overlay, BuildFlags: []string{"-tags=lambda.norpc"},
	}, patterns...)
	if err != nil {
		return nil, fmt.Errorf("load %v: %w", mains, err)
	}
	byPath := map[string]*packages.Package{}
	var faults []error
	packages.Visit(loaded, nil, func(p *packages.Package) {
		byPath[p.PkgPath] = p
		for _, e := range p.Errors {
			faults = append(faults, e)
		}
	})
	var all []*program
	for _, main := range mains {
		p := byPath[module+main]
		if p == nil {
			faults = append(faults, fmt.Errorf("no package %s%s", module, main))
		}
		if len(faults) == 0 {
			all = append(all, build(dir, p))
		}
	}
	return all, errors.Join(faults...)
}

// overlay returns the files to read in place of others. The handlers' package registers
// nothing: the user's handlers may call AWS as they like.
func overlay(dir string, add map[string]string) (map[string][]byte, error) {
	overlay := map[string][]byte{}
	for name, text := range add {
		overlay[filepath.Join(dir, name)] = []byte(text)
	}
	room := filepath.Join(dir, "functions", "process", "handlers")
	files, err := filepath.Glob(filepath.Join(room, "*.go"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		overlay[file] = []byte("package handlers\n")
	}
	overlay[filepath.Join(room, "register.go")] = []byte(`package handlers

import "webhookintake/shared/hook"

func Register(*hook.Registry, func(string) string) error { return nil }
`)
	return overlay, nil
}

// build makes the call graph of one program, without unreachable functions. A second round,
// over what the first one reached, is more precise.
func build(dir string, p *packages.Package) *program {
	code, built := ssautil.AllPackages([]*packages.Package{p}, ssa.InstantiateGenerics)
	code.Build()
	x := &program{dir: dir, positions: code.Fset}
	graph := vta.CallGraph(ssautil.AllFunctions(code), nil)
	x.reach(graph, built[0])
	functions := map[*ssa.Function]bool{}
	for f := range x.nodes {
		functions[f] = true
	}
	x.reach(vta.CallGraph(functions, graph), built[0])
	x.closures = map[*ssa.Function][]*ssa.MakeClosure{}
	for f := range x.nodes {
		forEach(f, func(made *ssa.MakeClosure) {
			closure := made.Fn.(*ssa.Function)
			x.closures[closure] = append(x.closures[closure], made)
		})
	}
	return x
}

// reach finds the functions that the program can reach. A function of this module that
// becomes an interface value counts as called: its receiver, such as the lambda package,
// may call it by reflection, which the graph does not show.
func (x *program) reach(graph *callgraph.Graph, main *ssa.Package) {
	ours := map[string][]*ssa.Function{} // by signature
	for f := range graph.Nodes {
		if f != nil && strings.HasPrefix(path(f), module) {
			ours[signature(f.Signature)] = append(ours[signature(f.Signature)], f)
		}
	}
	x.nodes = map[*ssa.Function]*callgraph.Node{}
	todo := []*ssa.Function{main.Func("main"), main.Func("init")}
	for len(todo) > 0 {
		f := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		node := graph.Nodes[f]
		if x.nodes[f] != nil || node == nil {
			continue
		}
		x.nodes[f] = node
		for _, e := range node.Out {
			todo = append(todo, e.Callee.Func)
		}
		forEach(f, func(made *ssa.MakeInterface) {
			if s, ok := made.X.Type().Underlying().(*types.Signature); ok {
				todo = append(todo, ours[signature(s)]...)
			}
		})
	}
}

// forEach calls fn with the instructions of one kind.
func forEach[T ssa.Instruction](f *ssa.Function, fn func(T)) {
	for _, block := range f.Blocks {
		for _, instruction := range block.Instrs {
			if i, ok := instruction.(T); ok {
				fn(i)
			}
		}
	}
}

// signature is equal for two functions that can replace each other.
func signature(s *types.Signature) string {
	unnamed := func(t *types.Tuple) *types.Tuple {
		var all []*types.Var
		for v := range t.Variables() {
			all = append(all, types.NewParam(token.NoPos, nil, "", v.Type()))
		}
		return types.NewTuple(all...)
	}
	return types.TypeString(types.NewSignatureType(nil, nil, nil, unnamed(s.Params()), unnamed(s.Results()), s.Variadic()), nil)
}

// path returns the import path of the package that has the function.
func path(f *ssa.Function) string {
	switch {
	case f.Pkg != nil:
		return f.Pkg.Pkg.Path()
	case f.Origin() != nil:
		return path(f.Origin())
	case f.Parent() != nil:
		return path(f.Parent())
	case f.Object() != nil && f.Object().Pkg() != nil:
		return f.Object().Pkg().Path()
	}
	return ""
}

// line returns a position, as "shared/queue/sqs/sqs.go:95".
func (x *program) line(pos token.Pos) string {
	p := x.positions.Position(pos)
	file, err := filepath.Rel(x.dir, p.Filename)
	if err != nil || strings.HasPrefix(file, "..") {
		file = p.Filename
	}
	return fmt.Sprintf("%s:%d", filepath.ToSlash(file), p.Line)
}
