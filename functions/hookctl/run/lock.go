package run

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
)

// lockName is the file in the data folder that is locked while a run uses the folder. It
// holds the process's id.
const lockName = "lock"

// maxID is longer than any process's id, in bytes.
const maxID = 20

// lock takes the data folder for this process, until the file is closed. It is an error
// that names the process if another one has the folder: each would save over what the other
// saved. The empty folder needs no lock, and the file is nil.
func (d data) lock() (file *os.File, err error) {
	if d == "" {
		return nil, nil //nolint:nilnil // as documented
	}
	file, err = os.OpenFile(filepath.Join(string(d), lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the data folder: %w; choose another with --data", err)
	}
	taken, err := tryLock(file)
	if taken {
		id, _ := io.ReadAll(io.LimitReader(file, maxID)) // of help only
		err = fmt.Errorf("process %s, another hookctl run, uses the data folder %s; stop it, or give another folder with --data", id, d)
	}
	if err == nil {
		err = errors.Join(file.Truncate(0), writeAtStart(file, strconv.Itoa(os.Getpid())))
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

func writeAtStart(file *os.File, text string) error {
	_, err := file.WriteAt([]byte(text), 0)
	return err
}
