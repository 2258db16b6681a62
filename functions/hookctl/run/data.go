package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate/remote"
	"webhookintake/functions/hookctl/run/pipeline"
)

// snapshotName is the file in the data folder that holds queue, ledger and vault between runs.
const snapshotName = "snapshot.json"

// A data is the data folder. The empty one keeps nothing.
type data string

// openData makes the data folder: the given one, or that of the module, or none.
func openData(given, module string) (data, error) {
	if given == "" && module != "" {
		given = filepath.Join(module, cli.DataName)
	}
	if given == "" {
		return "", nil
	}
	folder, err := filepath.Abs(given)
	if err == nil {
		err = os.MkdirAll(folder, 0o700)
	}
	if err != nil {
		return "", fmt.Errorf("make the data folder: %w; choose another with --data", err)
	}
	return data(folder), nil
}

func (d data) snapshot() string { return filepath.Join(string(d), snapshotName) }

// forget removes what an earlier run saved.
func (d data) forget() error {
	if d == "" {
		return nil
	}
	if err := os.Remove(d.snapshot()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("begin again: %w", err)
	}
	return nil
}

// restore puts what an earlier run saved into p. First says that there was nothing.
func (d data) restore(p *pipeline.Pipeline) (first bool, err error) {
	if d == "" {
		return true, nil
	}
	raw, err := os.ReadFile(d.snapshot())
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err == nil {
		err = p.Restore(raw)
	}
	if err != nil {
		return false, fmt.Errorf("go on from the last run: %s: %w; keep a copy of the file if you need it, and begin again with --fresh",
			d.snapshot(), err)
	}
	return false, nil
}

// save keeps what p holds for the next run. A reader finds the old file or the whole new one.
func (d data) save(p *pipeline.Pipeline) error {
	if d == "" {
		return nil
	}
	raw, err := p.Snapshot()
	if err == nil {
		err = replace(d.snapshot(), raw)
	}
	if err != nil {
		return fmt.Errorf("save for the next run: %w", err)
	}
	return nil
}

// replace writes a file that only its owner can read in place of another.
func replace(path string, content []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // with mode 0600
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}

// announce says in the data folder where the commands reach this program.
func (d data) announce(a remote.Address) error {
	if d == "" {
		return nil
	}
	return a.Write(string(d))
}

// withdraw takes that back.
func (d data) withdraw(a remote.Address) error {
	if d == "" {
		return nil
	}
	return a.Remove(string(d))
}
