package sources

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"webhookintake/shared/source"
)

// settleTimeout is how long the outcome of a write with a lost answer is looked for.
const settleTimeout = 10 * time.Second

// Why a document was not written, or not as intended.
var (
	// ErrInvalid says that the document has faults, which are joined to it.
	ErrInvalid = errors.New("the sources would not be valid")
	// ErrConflict says that another version was written in the meantime.
	ErrConflict = errors.New("somebody else changed the sources in the meantime")
)

// A Version is one version of the secret.
type Version struct {
	ID       string
	Document []byte
	Created  time.Time
}

// A Secret has the versions of the sources document.
type Secret interface {
	// Read returns the version at the stage, or [source.ErrNoVersion]. No error contains
	// any part of a value.
	Read(ctx context.Context, stage source.Stage) (Version, error)
	// Put makes the document the current version, with that id, and the current version
	// the previous one. A second call with the same id and document changes nothing.
	Put(ctx context.Context, document []byte, id string) error
}

// Fetcher returns the secret as the functions read it.
func Fetcher(s Secret) source.Fetcher { return fetcher{s} }

type fetcher struct{ Secret }

// Fetch implements [source.Fetcher].
func (f fetcher) Fetch(ctx context.Context, stage source.Stage) ([]byte, error) {
	v, err := f.Read(ctx, stage)
	return v.Document, err
}

// An Editor changes the document in a secret.
type Editor struct {
	Secret Secret
	NewID  func() string // returns a version id of 32 to 64 characters; nil means a random one
}

// A Base is the version that a change starts from.
type Base struct {
	Version  Version // the zero Version if there is none yet
	Document Document
}

// Load reads the current version for a change. A secret without a version is an empty
// document. A version that is not a JSON object cannot be changed, only replaced.
func (e *Editor) Load(ctx context.Context) (Base, error) {
	current, err := e.read(ctx, source.Current)
	if err != nil || current.ID == "" {
		return Base{}, err
	}
	document, err := ReadDocument(current.Document)
	if err != nil {
		return Base{}, fmt.Errorf("the current version cannot be edited: %w\n"+
			"replace the whole document with: aws secretsmanager put-secret-value --secret-string file://…", err)
	}
	return Base{current, document}, nil
}

// read returns the version at the stage, or the zero Version.
func (e *Editor) read(ctx context.Context, stage source.Stage) (Version, error) {
	v, err := e.Secret.Read(ctx, stage)
	if errors.Is(err, source.ErrNoVersion) {
		return Version{}, nil
	}
	return v, err
}

// Write makes next the current version in place of base. It returns [ErrInvalid] and
// [ErrConflict], and then has written nothing. If another version was written between the
// last look and the write, nothing can stop the write, and the error says so.
func (e *Editor) Write(ctx context.Context, base Base, next Document) error {
	if _, err := next.Validate(); err != nil {
		return fmt.Errorf("%w; nothing was written:\n%w", ErrInvalid, err)
	}
	current, err := e.read(ctx, source.Current)
	if err != nil {
		return fmt.Errorf("nothing was written: %w", err)
	}
	if current.ID != base.Version.ID {
		return fmt.Errorf("%w; nothing was written: look at them, then start again", ErrConflict)
	}
	newID := e.NewID
	if newID == nil {
		newID = randomID
	}
	id := newID()
	if err := e.Secret.Put(ctx, next.Text(), id); err != nil {
		if err := e.settle(ctx, id, err); err != nil {
			return err
		}
	}
	return e.replaced(ctx, base, id)
}

// settle finds out whether a write that returned an error took place: it was interrupted,
// or its answer was lost.
func (e *Editor) settle(ctx context.Context, id string, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	for _, stage := range []source.Stage{source.Current, source.Previous} { // the previous one if another was written since
		v, err := e.read(ctx, stage)
		if err != nil {
			return fmt.Errorf("it may or may not have been written; look with list: %w", errors.Join(cause, err))
		}
		if v.ID == id {
			return nil
		}
	}
	return fmt.Errorf("nothing was written: %w", cause)
}

// replaced checks that the version that became the previous one is base. If it is older
// than base, the service does not show the move yet. If it is the written version, another
// was written after it.
func (e *Editor) replaced(ctx context.Context, base Base, id string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	previous, err := e.read(ctx, source.Previous)
	if err != nil || previous.ID == base.Version.ID || !previous.Created.After(base.Version.Created) {
		return nil // if it cannot be seen, it is written nevertheless
	}
	if previous.ID == id {
		return fmt.Errorf("%w: it was written, and another version was written right after it, which is the current one; "+
			"check whether that has the change too", ErrConflict)
	}
	return fmt.Errorf("%w: it was written, and replaced a version that was written at the same moment "+
		"and is now the previous one (AWSPREVIOUS); look at that one, and make its change again", ErrConflict)
}

// randomID returns a random UUID, as the service itself names versions.
func randomID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the program instead
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
