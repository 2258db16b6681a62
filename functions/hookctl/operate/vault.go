package operate

import (
	"context"
	"fmt"

	"webhookintake/shared/queue"
	"webhookintake/shared/vault"
)

// A Vault is what an operator does with the objects of a [vault.Vault]. The errors are those
// that it names.
type Vault interface {
	// List returns the objects with one of the vault's prefixes whose key comes after the key
	// given, in the order of keys, at most limit (1 to [vault.MaxList]). Fewer than limit means
	// that there are no more.
	List(ctx context.Context, prefix, after string, limit int) ([]vault.Object, error)
	// Get returns the body of an object.
	Get(ctx context.Context, key string) ([]byte, error)
	// Delete removes an object for good. It is not an error if there is none.
	Delete(ctx context.Context, key string) error
}

// WholeBody returns the body of an event of which kept is kept in the ledger: kept itself or,
// if it says where the body is in the vault, what is there. Open is called only then. The
// error is [vault.ErrNotFound] if the body is gone, and [vault.ErrOtherBody] if it is not the
// one that was verified.
func WholeBody(ctx context.Context, kept []byte, open func() (Vault, error)) ([]byte, error) {
	stored, ok := queue.ParseReference(kept)
	if !ok {
		return kept, nil
	}
	v, err := open()
	if err != nil {
		return nil, err
	}
	body, err := v.Get(ctx, stored.Key)
	if err != nil {
		return nil, fmt.Errorf("read the stored body: %w", err)
	}
	if err := vault.CheckBody(body, stored.SHA256); err != nil {
		return nil, err
	}
	return body, nil
}

// EachObject calls do with each object of the prefix whose key comes after the key given.
func EachObject(ctx context.Context, v Vault, prefix, after string, do func(vault.Object) error) error {
	for {
		objects, err := v.List(ctx, prefix, after, vault.MaxList)
		if err != nil {
			return err
		}
		for _, o := range objects {
			if err := do(o); err != nil {
				return err
			}
		}
		if len(objects) < vault.MaxList {
			return nil
		}
		after = objects[len(objects)-1].Key
	}
}
