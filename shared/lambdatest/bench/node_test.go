package bench

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// node returns a program of testdata/node as a candidate, with its packages installed. It
// returns none, and prints why, if Node or the packages cannot be had.
func node(b *testing.B, name, program string) []candidate {
	b.Helper()
	found, err := exec.LookPath("node")
	if err != nil {
		fmt.Printf("%s is left out: %v\n", name, err)
		return nil
	}
	dir := b.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/node")); err != nil {
		b.Fatal(err)
	}
	// npm verifies each file's hash by the lock file.
	install := exec.CommandContext(b.Context(), "npm", "ci", "--prefix", dir, "--silent", "--no-audit", "--no-fund", "--ignore-scripts")
	if text, err := install.CombinedOutput(); err != nil {
		fmt.Printf("%s is left out: its packages cannot be installed: %v %s\n", name, err, text)
		return nil
	}
	script := fmt.Sprintf("#!/bin/sh\nexec '%s' '%s'\n", found, filepath.Join(dir, program))
	path := filepath.Join(dir, "bootstrap")
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		b.Fatal(err)
	}
	return []candidate{{name: name, path: path}}
}
