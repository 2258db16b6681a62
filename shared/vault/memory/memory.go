package memory

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"webhookintake/shared/vault"
)

// Options configure a vault. The zero Options are ready to use.
type Options struct {
	Now func() time.Time // the clock of Object.Put; nil means time.Now

	// Fault, if not nil, is called before each operation. Op is "put", "get", "list" or
	// "delete"; key is the object's, and the prefix for "list". If apply is false, the
	// operation has no effect; a non-nil err is returned either way. So (true, err) is a
	// lost reply.
	Fault func(op, key string) (apply bool, err error)
}

// A Vault is a vault in memory. [New] makes one.
type Vault struct {
	opts Options

	mu      sync.Mutex // guards objects
	objects map[string]object
}

type object struct {
	Body []byte    `json:"body"`
	Put  time.Time `json:"put"`
}

var _ vault.Vault = (*Vault)(nil)

// New returns an empty vault.
func New(opts Options) *Vault {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	return &Vault{opts: opts, objects: map[string]object{}}
}

// do runs change as the fault hook says.
func (v *Vault) do(ctx context.Context, op, key string, change func() error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("vault %s: %w", op, err)
	}
	apply, fault := true, error(nil)
	if v.opts.Fault != nil {
		apply, fault = v.opts.Fault(op, key)
	}
	if apply {
		v.mu.Lock()
		defer v.mu.Unlock()
		if err := change(); err != nil && fault == nil {
			return err
		}
	}
	return fault
}

// Put implements [vault.Vault].
func (v *Vault) Put(ctx context.Context, key string, body []byte) error {
	if err := vault.CheckPut(key, body); err != nil {
		return err
	}
	return v.do(ctx, "put", key, func() error {
		v.objects[key] = object{Body: bytes.Clone(body), Put: v.opts.Now().UTC().Truncate(time.Second)}
		return nil
	})
}

// Get implements [vault.Vault].
func (v *Vault) Get(ctx context.Context, key string) ([]byte, error) {
	if err := vault.CheckKey(key); err != nil {
		return nil, err
	}
	var body []byte
	err := v.do(ctx, "get", key, func() error {
		o, ok := v.objects[key]
		if !ok {
			return fmt.Errorf("get: %w", vault.ErrNotFound)
		}
		body = append([]byte{}, o.Body...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return body, nil
}

// List implements [vault.Vault].
func (v *Vault) List(ctx context.Context, prefix, after string, limit int) ([]vault.Object, error) {
	if err := vault.CheckList(prefix, limit); err != nil {
		return nil, err
	}
	var found []vault.Object
	err := v.do(ctx, "list", prefix, func() error {
		for _, key := range slices.Sorted(maps.Keys(v.objects)) {
			if strings.HasPrefix(key, prefix) && key > after && len(found) < limit {
				o := v.objects[key]
				found = append(found, vault.Object{Key: key, Size: int64(len(o.Body)), Put: o.Put})
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// Delete implements [vault.Vault].
func (v *Vault) Delete(ctx context.Context, key string) error {
	if err := vault.CheckKey(key); err != nil {
		return err
	}
	return v.do(ctx, "delete", key, func() error {
		delete(v.objects, key)
		return nil
	})
}

// Snapshot returns the objects as JSON, for [Vault.Restore].
func (v *Vault) Snapshot() (json.RawMessage, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return json.Marshal(v.objects)
}

// Restore puts the objects of a snapshot into the vault.
func (v *Vault) Restore(snapshot json.RawMessage) error {
	var objects map[string]object
	if err := json.Unmarshal(snapshot, &objects); err != nil {
		return fmt.Errorf("restore the vault: %w", err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	maps.Copy(v.objects, objects)
	return nil
}
