package source

import (
	"context"
	"errors"
	"fmt"

	"webhookintake/shared/webhook"
)

// Hashes returns what may have made a hash or a sum in the last hours: the hashers of the
// document's current and previous version, each once. It looks at nothing but [KeyName], so
// a version with another fault counts. The error says that the current version cannot be
// read, or that no version has a valid key.
func Hashes(ctx context.Context, f Fetcher) ([]webhook.Hasher, error) {
	var hashes []webhook.Hasher
	var faults []error
	for _, stage := range []Stage{Current, Previous} {
		doc, err := f.Fetch(ctx, stage)
		if errors.Is(err, ErrNoVersion) {
			continue
		}
		if err != nil && len(hashes) == 0 {
			return nil, fmt.Errorf("version %s: %w", stage, err)
		}
		if err != nil {
			break // the current one is what counts
		}
		hash, err := hashOf(doc)
		if err != nil {
			faults = append(faults, fmt.Errorf("version %s: %w", stage, err))
			continue
		}
		if len(hashes) == 0 || hashes[0].Body(nil) != hash.Body(nil) {
			hashes = append(hashes, hash)
		}
	}
	if len(hashes) == 0 {
		return nil, errors.Join(faults...)
	}
	return hashes, nil
}

// hashOf returns the hasher of a document.
func hashOf(doc []byte) (webhook.Hasher, error) {
	entries, err := readDocument(doc)
	if err != nil {
		return webhook.Hasher{}, &webhook.FieldError{Field: "sources", Problem: err.Error()}
	}
	hash, faults := readKey(entries)
	return hash, errors.Join(faults...)
}
