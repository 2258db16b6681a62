package events

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"
	"strings"
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/act"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/functions/hookctl/sign"
	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
	"webhookintake/shared/vault"
	"webhookintake/shared/webhook"
)

// Why an event is not pulled.
var (
	errNotKept      = errors.New("its payload is not kept; " + events.HowToKeep)
	errOmitted      = errors.New("its payload was too large to keep")
	errGone         = errors.New(bodyGone)
	errNoWebhook    = errors.New("its payload is not a webhook of its provider")
	errRefusedThere = errors.New("the receiver refused it")
)

// A puller sends kept payloads to a hookctl run on this machine.
type puller struct {
	ledger   operate.Ledger
	vault    func() (operate.Vault, error)
	there    operate.Ledger // of the receiver; nil if it is not this clone's
	provider string         // of the sources; empty: each source is named after it
	target   func(webhook.Provider) (sign.Target, error)
	now      func() time.Time
}

// all returns the act that pulls events.
func (p *puller) all(items events.Items) act.Act[events.Entry] {
	return act.Act[events.Entry]{
		Items: items,
		Plan: func(ctx context.Context, e events.Entry) (act.Plan, error) {
			plan, _, _, err := p.plan(ctx, e)
			return plan, err
		},
		Do: p.send,
	}
}

// plan returns what pulling e would do, and the webhook that does it.
func (p *puller) plan(ctx context.Context, e events.Entry) (plan act.Plan, to string, r webhook.Request, err error) {
	plan.Key = e.Key
	t, r, err := p.sign(ctx, e)
	if err == nil {
		plan.Text, err = p.text(ctx, t, r)
	}
	kinds := []error{events.ErrNoRecord, events.ErrProvider, errNotKept, errOmitted, errGone, errNoWebhook}
	if refusal := act.Refused(err, kinds...); refusal != err { //nolint:errorlint // whether it is one of the kinds
		plan.Refuse, err = refusal, nil
	}
	return plan, t.URL, r, err
}

func (p *puller) send(ctx context.Context, e events.Entry, check act.Check) (act.Plan, error) {
	plan, to, r, err := p.plan(ctx, e)
	if plan = check(plan); err != nil || plan.Refuse != nil {
		return plan, err
	}
	answer, err := sign.Post(ctx, to, r)
	if err == nil && answer.Status != http.StatusOK {
		plan.Refuse = act.Refused(fmt.Errorf("%w: %s", errRefusedThere, answer.Advice()), errRefusedThere)
	}
	return plan, err
}

// sign returns the event's webhook as its provider would send it now, and where to.
func (p *puller) sign(ctx context.Context, e events.Entry) (t sign.Target, r webhook.Request, err error) {
	if e.State == "" {
		return t, r, events.ErrNoRecord
	}
	provider, err := events.ProviderOf(e.Source(), p.provider)
	if err != nil {
		return t, r, err
	}
	body, err := p.body(ctx, e.Key)
	if err != nil {
		return t, r, err
	}
	if t, err = p.target(provider); err != nil {
		return t, r, err
	}
	id := ""
	if cmp.Or(e.Identity, queue.LegacyIdentity(provider.Name(), e.ID())) == webhook.Given {
		id = e.ID()
	}
	return t, provider.Sign(t.Settings, id, body, p.now()), nil
}

func (p *puller) body(ctx context.Context, key string) ([]byte, error) {
	all, err := p.ledger.Payloads(ctx, []string{key})
	kept, ok := all[key]
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, errNotKept
	case kept.Omitted:
		return nil, errOmitted
	}
	body, err := operate.WholeBody(ctx, kept.Body, p.vault)
	if errors.Is(err, vault.ErrNotFound) || errors.Is(err, vault.ErrOtherBody) {
		err = errGone
	}
	return body, err
}

// text says what the receiver does with the webhook.
func (p *puller) text(ctx context.Context, t sign.Target, r webhook.Request) (string, error) {
	verifier, err := t.Provider.Configure(t.Settings)
	if err != nil {
		return "", err
	}
	verified, err := verifier.Verify(r)
	if err != nil {
		return "", fmt.Errorf("%w: %w; is --provider right?", errNoWebhook, err)
	}
	if p.there == nil {
		return "is sent to " + t.URL, nil
	}
	found, ok, err := p.there.Record(ctx, path.Base(t.URL)+"#"+verified.ID)
	switch {
	case err != nil:
		return "", err
	case !ok || r.At.After(found.DedupUntil):
		return "is sent to " + t.URL, nil
	case found.State == ledger.StateCompleted && found.Reason == ledger.ReasonUnhandled:
		return "is there already, without a handler: it runs if there is one now", nil
	}
	return "is there already (" + strings.ToLower(string(found.State)) + "): it is dropped as a duplicate", nil
}
