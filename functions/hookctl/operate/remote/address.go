package remote

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// FileName is the file, in the data folder of hookctl run, that says where it is served.
const FileName = "run.json"

// An Address is where a [Handler] is served, and the token that it demands.
type Address struct {
	URL   string `json:"url"` // without a path
	Token string `json:"token"`
}

// NewToken returns a token that nobody can guess.
func NewToken() string { return rand.Text() }

// ErrNotRunning says that no hookctl run of this folder is running.
var ErrNotRunning = errors.New("no hookctl run is running")

// Write writes the address into the data folder, readable by its owner only.
func (a Address) Write(folder string) error {
	raw, err := json.Marshal(a)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(folder, FileName+".*") // with mode 0600
	if err != nil {
		return fmt.Errorf("write %s: %w", FileName, err)
	}
	_, err = file.Write(append(raw, '\n'))
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), filepath.Join(folder, FileName))
	}
	if err != nil {
		_ = os.Remove(file.Name())
		return fmt.Errorf("write %s: %w", FileName, err)
	}
	return nil
}

// Remove removes the address from the data folder, unless another program has written its
// own there.
func (a Address) Remove(folder string) error {
	if found, err := ReadAddress(folder); err != nil || found != a {
		return nil //nolint:nilerr // then it is not there, or another program's
	}
	return os.Remove(filepath.Join(folder, FileName))
}

// ReadAddress reads the address from the data folder. It returns [ErrNotRunning].
func ReadAddress(folder string) (Address, error) {
	var a Address
	raw, err := os.ReadFile(filepath.Join(folder, FileName))
	if errors.Is(err, fs.ErrNotExist) {
		return a, fmt.Errorf("%w in %s", ErrNotRunning, folder)
	}
	if err == nil {
		err = json.Unmarshal(raw, &a)
	}
	if err == nil && (a.URL == "" || a.Token == "") {
		err = errors.New("it has no url or no token")
	}
	if err != nil {
		return Address{}, fmt.Errorf("read where hookctl run listens: %s: %w", filepath.Join(folder, FileName), err)
	}
	return a, nil
}
