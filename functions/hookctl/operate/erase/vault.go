package erase

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
	"webhookintake/shared/vault"
	"webhookintake/shared/vault/quarantine"
)

// searchVault adds what the vault has that is chosen: events that the queue did not take,
// requests that were refused, and bodies of events that nothing else names.
func (p *planning) searchVault(ctx context.Context, searched map[string]bool) error {
	each := func(prefix, after string, do func(vault.Object) error) error {
		return operate.EachObject(ctx, p.Vault, prefix, after, func(o vault.Object) error {
			if o.Size == 0 { // such as the folder that S3's console makes, whose key no Get takes
				return nil
			}
			return do(o)
		})
	}
	err := each(vault.Spill, "", func(o vault.Object) error {
		return p.spilled(ctx, o.Key)
	})
	if err != nil {
		return err
	}
	after := ""
	if !p.scan.From.IsZero() {
		after = vault.QuarantineFrom(p.scan.From)
	}
	err = each(vault.Quarantine, after, func(o vault.Object) error {
		return p.refused(ctx, o.Key)
	})
	if err != nil || p.names != nil || p.scan.Source+p.scan.Type != "" || !p.scan.From.IsZero() || !p.scan.Until.IsZero() {
		return err // a body says of no event which it is
	}
	named := map[string]bool{}
	for _, keys := range p.objects {
		for _, key := range keys {
			named[key] = true
		}
	}
	return each(vault.Bodies, "", func(o vault.Object) error {
		if searched[o.Key] || named[o.Key] {
			return nil
		}
		return p.body(ctx, o)
	})
}

// get returns an object, or nil if somebody else deleted it.
func (p *planning) get(ctx context.Context, key string) ([]byte, error) {
	data, err := p.Vault.Get(ctx, key)
	if errors.Is(err, vault.ErrNotFound) {
		return nil, nil
	}
	return data, err
}

// spilled adds an event that the queue did not take, if it is chosen. What is not a message
// is searched as it stands.
func (p *planning) spilled(ctx context.Context, object string) error {
	data, err := p.get(ctx, object)
	if err != nil || data == nil {
		return err
	}
	m, err := queue.Look(data)
	key, kept := m.Key(), m.Raw
	rec := ledger.Record{Type: m.Type, Received: m.Received}
	switch {
	case err != nil:
		key, kept, rec = object, data, ledger.Record{}
	case m.Origin.Stored != nil:
		kept = m.Origin.Stored.Reference()
	}
	chosen := p.names[key]
	if p.names == nil && p.scan.Matches(key, rec) {
		if chosen, err = p.matches(ctx, kept); err != nil {
			return err
		}
	}
	if !chosen {
		return nil
	}
	p.addBody(key, m.Origin.Stored)
	return p.add(p.objects, key, object)
}

// refused adds a request that was refused, if it is chosen.
func (p *planning) refused(ctx context.Context, object string) error {
	e, ok := quarantine.ParseKey(object)
	if !ok || !p.scan.From.IsZero() && e.At.Before(p.scan.From) || !p.scan.Until.IsZero() && !e.At.Before(p.scan.Until) || !p.mayBeOf(e.Source) {
		return nil
	}
	data, err := p.get(ctx, object)
	if err != nil || data == nil {
		return err
	}
	r, err := quarantine.Decode(data)
	switch {
	case err != nil && (p.names != nil || !p.match.Matches(data)), err == nil && !p.choosesRequest(ctx, r):
		return nil
	}
	return p.add(p.objects, object, object)
}

// mayBeOf reports whether an event of the source may be chosen. Of which type a request is
// that does not verify nobody knows.
func (p *planning) mayBeOf(source string) bool {
	if p.names == nil {
		return p.scan.Type == "" && (p.scan.Source == "" || p.scan.Source == source)
	}
	for key := range p.names {
		if strings.HasPrefix(key, source+"#") {
			return true
		}
	}
	return false
}

// choosesRequest reports whether a request is chosen. It is of a named event if it verifies
// as that, or else if it has the event's id.
func (p *planning) choosesRequest(ctx context.Context, r quarantine.Request) bool {
	if p.names == nil {
		return p.match.Matches(r.Body)
	}
	if p.Verify != nil {
		if m, err := p.Verify(ctx, r); err == nil {
			return p.names[m.Key()]
		}
	}
	for key := range p.names {
		if id, ok := strings.CutPrefix(key, r.Source+"#"); ok && mentions(r, id) {
			return true
		}
	}
	return false
}

func mentions(r quarantine.Request, id string) bool {
	for _, values := range r.Header {
		for _, value := range values {
			if strings.Contains(value, id) {
				return true
			}
		}
	}
	return bytes.Contains(r.Body, []byte(id))
}

// waits is how long a message with a body in the vault may wait for its first run: for as
// long as SQS keeps one.
const waits = 14 * 24 * time.Hour

// body adds a body that no record, letter or spilled event names, if it matches.
func (p *planning) body(ctx context.Context, o vault.Object) error {
	data, err := p.get(ctx, o.Key)
	if err != nil || data == nil || !p.match.Matches(data) {
		return err
	}
	if p.Now().Sub(o.Put) < waits {
		p.plan.Waiting++
		return nil
	}
	return p.add(p.objects, o.Key, o.Key)
}
