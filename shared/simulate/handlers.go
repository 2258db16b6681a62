package simulate

import (
	"context"
	"encoding/json"
	"errors"

	"webhookintake/shared/hook"
	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/webhook"
)

// register registers the handlers of the simulated user. One registry serves all schedules:
// a handler finds its schedule through its context. After is hook.After.
func register(r *hook.Registry, after func(...string) hook.Option) {
	hook.OnProvider(r, kyc.Provider{}, "audit", plain[json.RawMessage]("audit"))
	hook.On(r, contiguity.TextIncomingSMS, "reply", plain[contiguity.Text]("reply"), hook.AtMostOnce)
	hook.On(r, contiguity.TextIncomingSMS, "note", plain[contiguity.Text]("note"))
	registerChat(r, after)
	for _, t := range []webhook.Type[contiguity.Delivery]{contiguity.TextDeliveryConfirmed, contiguity.TextDeliveryFailed} {
		hook.OnWrites(r, t, "status", status, hook.SkipStale)
		hook.OnWrites(r, t, "tally", count[contiguity.Delivery]("tally"))
	}
	hook.OnWrites(r, kyc.SessionApproved, "credit", count[kyc.Session]("credit"))
	hook.On(r, kyc.SessionApproved, "notify", plain[kyc.Session]("notify"), hook.AtMostOnce)
	hook.On(r, kyc.SessionCompleted, "check", plain[kyc.Session]("check"))
	hook.On(r, kyc.SessionCompleted, "sync", plain[kyc.Session]("sync"), after("check"))
	hook.On(r, compliancely.TINMatch, "alert", plain[compliancely.TINResult]("alert"))
	hook.OnWrites(r, compliancely.TINMatch, "sum", count[compliancely.TINResult]("sum"))
}

// plain is a handler with outside effects: it is known only that it was called.
func plain[T any](name string) func(context.Context, hook.Event[T]) error {
	return func(ctx context.Context, e hook.Event[T]) error {
		return called(ctx, name, e.Key(), e.Attempt)
	}
}

// count adds one to the event's number and to the handler's total.
func count[T any](name string) func(context.Context, hook.Event[T]) ([]webhook.Write, error) {
	return func(ctx context.Context, e hook.Event[T]) ([]webhook.Write, error) {
		if err := called(ctx, name, e.Key(), e.Attempt); err != nil {
			return nil, err
		}
		return []webhook.Write{
			webhook.Add(name, itemKey(e.Key()), "n", 1),
			webhook.Add(name, itemKey("total"), "n", 1),
		}, nil
	}
}

// status keeps the newest delivery status of each message.
func status(ctx context.Context, e hook.Event[contiguity.Delivery]) ([]webhook.Write, error) {
	if err := called(ctx, "status", e.Key(), e.Attempt); err != nil {
		return nil, err
	}
	return []webhook.Write{webhook.Put("status", itemKey(e.Data.MessageID), webhook.Attributes{
		"at": webhook.N(e.Time.Unix()),
	})}, nil
}

func itemKey(id string) webhook.Attributes { return webhook.Attributes{"id": webhook.S(id)} }

// invocationKey finds the *invocation in a handler's context.
type invocationKey struct{}

// errDied is the error of calls in a process that has died, once the schedule is over, so
// that its goroutines end.
var errDied = errors.New("this process has died")

// A panicking outcome makes the handler panic.
type panicking struct{ error }

// called parks a handler until the driver says how it ends. A handler whose context ends
// parks again: it may obey, or continue until its process is ended.
func called(ctx context.Context, handler, key string, attempt int) error {
	return work(ctx, &run{key: key, handler: handler, attempt: attempt})
}

// work parks a run until the driver says how it ends.
func work(ctx context.Context, r *run) error {
	inv := ctx.Value(invocationKey{}).(*invocation)
	c := &call{op: opRun, subject: r.key + " " + r.handler, inv: inv, ctx: ctx, run: r}
	if !inv.w.park(c) {
		if inv.dead.Load() {
			return errDied
		}
		c = &call{op: opRunLate, subject: c.subject, inv: inv, ctx: context.Background(), run: c.run}
		if !inv.w.park(c) {
			return errDied
		}
	}
	if p, ok := c.run.outcome.(panicking); ok { //nolint:errorlint // never wrapped
		panic(p.error)
	}
	return c.run.outcome
}

// A run is one call of a handler.
type run struct {
	key, handler string
	attempt      int   // the number that the handler got
	said         int   // of "say": the position that it read as the result of its event
	unready      error // of "say": set if there is no result yet, so nothing is said
	outcome      error // set by the driver before it lets the handler continue
	started      bool  // the driver has seen it
}
