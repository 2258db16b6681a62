package run

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"webhookintake/functions/hookctl/samples"
	"webhookintake/shared/webhook"
)

// A saveFolder takes each verified webhook as a file of [samples.File]. The empty one takes
// none.
type saveFolder string

// make makes the folder.
func (f saveFolder) make() error {
	if f == "" {
		return nil
	}
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return fmt.Errorf("make the folder of --save: %w", err)
	}
	return nil
}

// save writes a webhook into the folder and returns a line about it. A file that is there
// already stays as it is: a test may be written for it.
func (f saveFolder) save(e webhook.Event) string {
	content, as, err := samples.File(e)
	if err != nil {
		return "not saved: " + err.Error()
	}
	path := filepath.Join(string(f), fileName(e))
	err = writeNew(path, content)
	switch {
	case errors.Is(err, fs.ErrExist):
		return "saved before: " + path
	case err != nil:
		return "not saved: " + err.Error()
	case as.Type != e.Type:
		return fmt.Sprintf("saved: %s; the sample source takes it for type %s", path, as.Type)
	case as.ID != e.ID:
		return fmt.Sprintf("saved: %s; the sample source gives it the id %s", path, short(as.ID))
	}
	return "saved: " + path
}

// writeNew writes a file that only its owner can read, unless there is one.
func writeNew(path string, content []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err = errors.Join(err, file.Close()); err != nil {
		_ = os.Remove(path) // half a webhook is of no use
	}
	return err
}

// fileName returns <source>.<type>.<id>.json. What of a type or an id is not safe in a
// file's name is left out, and a part of its hash put in.
func fileName(e webhook.Event) string {
	id := short(e.ID)
	if id != e.ID { // a hash
		id = strings.NewReplacer(":", "-", "…", "").Replace(id)
	}
	return e.Source + "." + safe(e.Type) + "." + safe(id) + ".json"
}

// maxPart is the most characters that a type or an id has in a file's name.
const maxPart = 80

func safe(text string) string {
	kept := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r) {
			return r
		}
		return '_'
	}, text)
	if kept == text && len(text) <= maxPart {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return kept[:min(len(kept), maxPart)] + "-" + hex.EncodeToString(sum[:4])
}
