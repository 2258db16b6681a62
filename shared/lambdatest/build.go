package lambdatest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// Build builds the package's program into dir, as it is deployed but for this machine,
// and returns its path. Flags are further flags of go build.
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

// A Program is built when a test first needs it, and once for all tests of a package.
// Its Remove belongs into TestMain. A Program is safe for concurrent use.
type Program struct {
	Package string // as go build takes it
	// Replace builds the program with other files in place of its own: paths of
	// files, by the paths that they replace.
	Replace map[string]string

	once sync.Once
	dir  string
	path string
	err  error
}

// Path builds the program, unless that has happened, and gives its path.
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

// build does not take a test's context: the program is for other tests too.
func (p *Program) build() (string, error) {
	if len(p.Replace) == 0 {
		return Build(context.Background(), p.Package, p.dir)
	}
	replace := map[string]string{}
	for old, other := range p.Replace {
		from, err1 := filepath.Abs(old)
		to, err2 := filepath.Abs(other)
		if err := errors.Join(err1, err2); err != nil {
			return "", err
		}
		replace[from] = to
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

// Remove deletes what was built.
func (p *Program) Remove() error {
	if p.dir == "" {
		return nil
	}
	return os.RemoveAll(p.dir)
}
