package lambdatest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Build builds the program of the package into dir, for this machine but otherwise as it is
// deployed, and returns its path. Flags are additional flags of go build.
func Build(ctx context.Context, pkg, dir string, flags ...string) (path string, err error) {
	path = filepath.Join(dir, "bootstrap")
	args := []string{"build", "-tags=lambda.norpc", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", path}
	cmd := exec.CommandContext(ctx, "go", append(append(args, flags...), pkg)...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", pkg, err, output)
	}
	return path, nil
}

// A Program is built once for all tests of a package, when the first test needs it. TestMain
// calls its Remove. A Program is safe for concurrent use.
type Program struct {
	Package string // as go build takes it
	// Handlers is a Go file that replaces all files in functions/process/handlers: a test
	// that relies on certain handlers must not depend on the user's. Empty means the
	// user's.
	Handlers string

	once sync.Once
	dir  string
	path string
	err  error
}

// Path returns the path of the program. It builds the program if that was not done before.
func (p *Program) Path(t testing.TB) string {
	t.Helper()
	p.once.Do(func() {
		if p.dir, p.err = os.MkdirTemp("", "lambdatest"); p.err == nil {
			p.path, p.err = p.build()
		}
	})
	if p.err != nil {
		t.Fatal(p.err)
	}
	return p.path
}

// build does not use a test's context, because the program is for other tests too.
func (p *Program) build() (string, error) {
	if p.Handlers == "" {
		return Build(context.Background(), p.Package, p.dir)
	}
	replace, err := p.replace()
	if err != nil {
		return "", err
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(p.dir, "overlay.json")
	if err := os.WriteFile(path, overlay, 0o600); err != nil {
		return "", err
	}
	return Build(context.Background(), p.Package, p.dir, "-overlay="+path)
}

// replace says which file takes the place of which, as an overlay of go build has it: an
// empty path means that the file is not there.
func (p *Program) replace() (map[string]string, error) {
	module, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return nil, fmt.Errorf("find the module: %w", err)
	}
	room := filepath.Join(filepath.Dir(strings.TrimSpace(string(module))), "functions", "process", "handlers")
	files, err := filepath.Glob(filepath.Join(room, "*.go"))
	if err != nil {
		return nil, err
	}
	replace := map[string]string{}
	for _, file := range files {
		replace[file] = ""
	}
	replace[filepath.Join(room, "register.go")], err = filepath.Abs(p.Handlers)
	return replace, err
}

// Remove deletes the built program.
func (p *Program) Remove() error {
	if p.dir == "" {
		return nil
	}
	return os.RemoveAll(p.dir)
}
