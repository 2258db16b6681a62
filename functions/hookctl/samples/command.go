package samples

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

	"webhookintake/functions/hookctl/cli"
)

// Command returns the command "samples".
func Command(e *cli.Env) *cobra.Command {
	var dir string
	var check bool
	c := &cobra.Command{
		Use:   "samples",
		Short: "Write the sample events of events/",
		Long: `samples writes the samples as the events with which AWS invokes the functions, signed with
the public sample secrets, for sam local invoke and for tests. It writes the same bytes
each time, and does not touch other files.`,
		Example: `  go tool hookctl samples
  go tool hookctl samples --check    # exits with 1 if a file is out of date`,
		Args: cli.Args(0, 0),
		RunE: e.Run(func(ctx context.Context, _ []string) error {
			settings, err := e.SampleSettings()
			if err != nil {
				return err
			}
			files, err := Build(ctx, settings)
			if err != nil {
				return fmt.Errorf("make the sample events: %w", err)
			}
			if check {
				return compare(e.Out, dir, files)
			}
			return write(e.Out, dir, files)
		}),
	}
	c.Flags().StringVar(&dir, "dir", "events", "write to this `FOLDER`")
	c.Flags().BoolVar(&check, "check", false, "write nothing; list the files that differ")
	return c
}

// write creates the folder but not its parents: they are missing probably because the path
// is wrong.
func write(out *cli.Writer, dir string, files map[string][]byte) error {
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) { //nolint:gosec // sources, for everyone to read
		return fmt.Errorf("make the folder of the sample events: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // sources, for everyone to read
			return fmt.Errorf("write sample events: %w", err)
		}
		if err := os.WriteFile(path, files[name], 0o644); err != nil { //nolint:gosec // sources, for everyone to read
			return fmt.Errorf("write sample events: %w", err)
		}
	}
	out.Print("wrote %d files to %s", len(files), dir)
	return nil
}

// errDiffer says that files are out of date.
var errDiffer = errors.New("sample events are out of date; write them again: go tool hookctl samples")

func compare(out *cli.Writer, dir string, files map[string][]byte) error {
	faults := 0
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		got, err := os.ReadFile(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			out.Print("missing  %s", path)
		case err != nil:
			return fmt.Errorf("check sample events: %w", err)
		case !bytes.Equal(got, files[name]):
			out.Print("differs  %s", path)
		default:
			continue
		}
		faults++
	}
	if faults > 0 {
		return errDiffer
	}
	out.Print("%d files in %s are up to date", len(files), dir)
	return nil
}
