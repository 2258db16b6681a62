package reload

import (
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// fingerprint returns a number that changes when a Go file below root, go.mod, or one of the
// other files is changed, added or removed. Files that no build takes do not count.
func fingerprint(root string, others []string) (uint64, error) {
	sum := fnv.New64a()
	note := func(path string, info fs.FileInfo, err error) {
		if err == nil {
			fmt.Fprintf(sum, "%q %d %d\n", path, info.Size(), info.ModTime().UnixNano())
		}
	}
	for _, path := range others {
		info, err := os.Stat(path)
		note(path, info, err)
	}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch name := d.Name(); {
		case err != nil:
			return nil //nolint:nilerr // it was removed while we looked, or cannot be read: the build will say so
		case d.IsDir() && path != root && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata"):
			return filepath.SkipDir
		case d.IsDir(), !strings.HasSuffix(name, ".go") && name != "go.mod", strings.HasSuffix(name, "_test.go"):
			return nil
		}
		info, err := d.Info()
		note(path, info, err)
		return nil // it was removed meanwhile
	})
	return sum.Sum64(), err
}
