package sources

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"webhookintake/shared/source"
)

// settleTimeout is how long it is asked what came of a write whose answer was lost.
const settleTimeout = 10 * time.Second

// Why a document was not written, or not as it should have been.
var (
	// ErrInvalid says that the document has faults; those are joined to it.
	ErrInvalid = errors.New("the sources would not be valid")
	// ErrConflict says that somebody else wrote a version meanwhile.
	ErrConflict = errors.New("the sources were changed by somebody else meanwhile")
)

// A Version is one version of the secret.
type Version struct {
	ID       string
	Document []byte
	Created  time.Time
}

// A Secret has the versions of the sources document.
type Secret interface {
	// Read returns the version at the stage, and [source.ErrNoVersion] where there is
	// none. No error holds anything of a value.
	Read(ctx context.Context, stage source.Stage) (Version, error)
	// Put makes the document the current version, with that id, and the current one the
	// previous. Again with the same id and document, it changes nothing.
	Put(ctx context.Context, document []byte, id string) error
}

// An Editor changes the document in a secret.
type Editor struct {
	Secret Secret
	NewID  func() string // of a version, 32 to 64 characters; nil makes a random one
}

// A Base is the current version, which a change is made to.
type Base struct {
	Version  Version // the zero Version where there is none yet
	Document Document
}

// Load reads the current version for a change. A secret without a version is an empty
// document. One that is no JSON object cannot be changed, only replaced as a whole.
func (e *Editor) Load(ctx context.Context) (Base, error) {
	current, err := e.read(ctx, source.Current)
	if err != nil || current.ID == "" {
		return Base{}, err
	}
	document, err := ReadDocument(current.Document)
	if err != nil {
		return Base{}, fmt.Errorf("the current version cannot be edited: %w\n"+
			"put a whole document with: aws secretsmanager put-secret-value --secret-string file://…", err)
	}
	return Base{current, document}, nil
}

// read is the version at the stage, the zero Version where there is none.
func (e *Editor) read(ctx context.Context, stage source.Stage) (Version, error) {
	v, err := e.Secret.Read(ctx, stage)
	if errors.Is(err, source.ErrNoVersion) {
		return Version{}, nil
	}
	return v, err
}

// Write makes next the current version in place of base. It returns [ErrInvalid] and
// [ErrConflict], after which nothing was written. Where another version got in between
// the last look and the write, nothing stops the write, and the error says so.
func (e *Editor) Write(ctx context.Context, base Base, next Document) error {
	if _, err := next.Validate(); err != nil {
		return fmt.Errorf("%w; nothing was written:\n%w", ErrInvalid, err)
	}
	current, err := e.read(ctx, source.Current)
	if err != nil {
		return fmt.Errorf("nothing was written: %w", err)
	}
	if current.ID != base.Version.ID {
		return fmt.Errorf("%w; nothing was written: look at them, and begin again", ErrConflict)
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

// settle finds out whether a write took place whose answer was an error: it was broken
// off, or the answer was lost.
func (e *Editor) settle(ctx context.Context, id string, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	for _, stage := range []source.Stage{source.Current, source.Previous} { // the previous one where somebody wrote since
		v, err := e.read(ctx, stage)
		if err != nil {
			return fmt.Errorf("it is not known whether it was written; look with list: %w", errors.Join(cause, err))
		}
		if v.ID == id {
			return nil
		}
	}
	return fmt.Errorf("nothing was written, as a look shows: %w", cause)
}

// replaced looks whether the version that became the previous one is base. A previous
// version that is older than base is what was there before: the service is yet to show
// the move. One that is the written version says that somebody wrote since.
func (e *Editor) replaced(ctx context.Context, base Base, id string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	previous, err := e.read(ctx, source.Previous)
	if err != nil || previous.ID == base.Version.ID || !previous.Created.After(base.Version.Created) {
		return nil // where it cannot be seen, it is written all the same
	}
	if previous.ID == id {
		return fmt.Errorf("%w: it was written, and another version came right after it, which is the current one; "+
			"look whether that has the change too", ErrConflict)
	}
	return fmt.Errorf("%w: it was written, and replaced a version that came in the same moment, "+
		"which is now the previous one (AWSPREVIOUS); look at what is in it, and change it anew", ErrConflict)
}

// randomID is a random UUID, the form in which the service itself names versions.
func randomID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails: it ends the program instead
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
