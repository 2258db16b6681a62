package cli

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	// ModuleName is the module whose handlers run.
	ModuleName = "webhookintake"
	// DataName is the folder, in the module's root, in which hookctl run keeps its data, and
	// which git ignores.
	DataName = ".hookctl"
)

// ModuleRoot returns the folder of this module's go.mod, dir or one above it. Without one
// it returns the empty string.
func ModuleRoot(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for {
		if is, err := isModule(filepath.Join(dir, "go.mod")); is || err != nil {
			return dir, err
		}
		above := filepath.Dir(dir)
		if above == dir {
			return "", nil
		}
		dir = above
	}
}

func isModule(path string) (bool, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { _ = file.Close() }() // it was only read
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if name, ok := strings.CutPrefix(lines.Text(), "module "); ok {
			return strings.TrimSpace(name) == ModuleName, nil
		}
	}
	return false, lines.Err()
}
