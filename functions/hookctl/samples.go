package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/eventfiles"
)

func (a *app) samplesCommand() *cobra.Command {
	var dir string
	var check bool
	c := &cobra.Command{
		Use:   "samples",
		Short: "Write the sample events of events/ anew",
		Long: `samples writes the samples as the events that AWS hands to the functions, signed with the
public sample secrets, for sam local invoke and for tests. It writes the same bytes each
time, and leaves files of other names alone.`,
		Example: `  go tool hookctl samples
  go tool hookctl samples --check    # exits with 1 if a file is not as it would be written`,
		Args: cobra.NoArgs,
		RunE: a.command(func(ctx context.Context, _ []string) error {
			files, err := eventfiles.Build(ctx)
			if err != nil {
				return fmt.Errorf("make the sample events: %w", err)
			}
			if check {
				return a.checkSamples(dir, files)
			}
			return a.writeSamples(dir, files)
		}),
	}
	c.Flags().StringVar(&dir, "dir", "events", "write to this `FOLDER`")
	c.Flags().BoolVar(&check, "check", false, "write nothing; tell which files differ")
	return c
}

// writeSamples makes the folder itself, but not what it lies in: a wrong path is more
// likely than one that is not there yet.
func (a *app) writeSamples(dir string, files map[string][]byte) error {
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) { //nolint:gosec // sources, for everyone to read
		return fmt.Errorf("make the folder of the sample events: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // likewise
			return fmt.Errorf("write sample events: %w", err)
		}
		if err := os.WriteFile(path, files[name], 0o644); err != nil { //nolint:gosec // likewise
			return fmt.Errorf("write sample events: %w", err)
		}
	}
	fmt.Fprintf(a.stdout, "wrote %d files to %s\n", len(files), dir)
	return nil
}

// errDiffer says that files are not as they would be written.
var errDiffer = errors.New("sample events are out of date; write them anew: go tool hookctl samples")

func (a *app) checkSamples(dir string, files map[string][]byte) error {
	faults := 0
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		got, err := os.ReadFile(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			fmt.Fprintf(a.stdout, "missing  %s\n", path)
		case err != nil:
			return fmt.Errorf("check sample events: %w", err)
		case !bytes.Equal(got, files[name]):
			fmt.Fprintf(a.stdout, "differs  %s\n", path)
		default:
			continue
		}
		faults++
	}
	if faults > 0 {
		return errDiffer
	}
	fmt.Fprintf(a.stdout, "%d files in %s are as they should be\n", len(files), dir)
	return nil
}
