package process

import (
	"context"
	"errors"
	"fmt"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
	"webhookintake/shared/vault"
)

const (
	fetchTries   = 2
	fetchTimeout = 5 * time.Second // of one try; a body has up to 6 MiB
	// A body is stored before its message is sent, so one that is not there will not come.
	// Until the message is this old, though, it may be an error of ours that is mended.
	goneAfter = time.Hour
)

// Why the body of an event cannot be had.
var (
	errBodyGone = errors.New("body gone: the vault does not have it")
	errNoVault  = errors.New("the body is in a vault, and none is configured: set VAULT_BUCKET")
)

// fetch reads the body of a claimed event from the vault, if it is kept there. If it cannot
// be had, fetch returns false and the verdict.
func (b *batch) fetch(j *job) (verdict, bool) {
	stored := j.message.Origin.Stored
	if stored == nil || len(j.handlers) == 0 {
		return verdict{}, true
	}
	body, err := b.storedBody(j.message.Key(), *stored)
	switch {
	case errors.Is(err, vault.ErrOtherBody):
		return b.unreadable(j, err), false
	case errors.Is(err, vault.ErrNotFound) && b.Now().Sub(j.message.Received) > goneAfter:
		return b.unreadable(j, errBodyGone), false
	case err != nil:
		v := verdict{outcome: Unavailable, err: err, attempt: j.claim.Runs, delay: b.outageWait(j.message)}
		v.end = b.ending(j, ledger.StateReleased, progress{done: j.claim.Done, started: j.claim.Started})
		v.end.NotBefore = b.Now().Add(v.delay)
		return v, false
	}
	j.message.Raw = body
	return verdict{}, true
}

// storedBody reads the body of an event, and no other object, whatever its message says. It
// does not ask again for one that is not there.
func (b *batch) storedBody(dedupKey string, stored queue.Stored) (body []byte, err error) {
	if b.Vault == nil {
		return nil, errNoVault
	}
	if stored.Key != vault.BodyKey(dedupKey, stored.SHA256) {
		return nil, fmt.Errorf("%w: the key is not that of this event's body", vault.ErrOtherBody)
	}
	for range fetchTries {
		ctx, cancel := context.WithTimeout(b.ctx, min(fetchTimeout, b.handlersEnd.Sub(b.Now())))
		body, err = b.Vault.Get(ctx, stored.Key)
		cancel()
		if err == nil || errors.Is(err, vault.ErrNotFound) {
			break
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read the stored body: %w", err)
	}
	return body, vault.CheckBody(body, stored.SHA256)
}

// unreadable is the verdict on a claimed event whose body cannot be had.
func (b *batch) unreadable(j *job, err error) verdict {
	v := verdict{outcome: DeadLettered, reason: queue.ReasonUnreadable, err: err, attempt: j.claim.Runs}
	v.end = b.ending(j, ledger.StateFailed, progress{done: j.claim.Done, started: j.claim.Started})
	v.end.Reason = string(v.reason)
	return v
}
