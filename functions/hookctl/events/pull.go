package events

import (
	"context"
	"net/url"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate/search"
	"webhookintake/functions/hookctl/sign"
	"webhookintake/shared/webhook"
)

func pullCommand(e *cli.Env) *cobra.Command {
	var f actFlags
	var to string
	c := &cobra.Command{
		Use:   "pull SOURCE ID… | SOURCE#ID… | --source NAME …",
		Short: "Send events to the hookctl run of this machine",
		Long: `pull sends the kept payloads of events to a hookctl run on this machine, where your handlers
run on them. It signs each with the sample secret of its provider, so that run must have its
sample sources. It only reads from the stack.

An event keeps its id. One that is there already is sent too, and is dropped there as a
duplicate; pull says so if that run belongs to this clone. Of a provider whose webhooks have
no id, it is a duplicate for an hour.

` + howToAct + `

An event whose payload is not kept, or was too large to keep, is left alone, and pull says
which. With --state open or --kind it reads the index of what is open, and with
other flags the whole table.

It exits with 1 if an event could not be sent, or was refused there.`,
		Example: `  go tool hookctl events pull contiguity evt_7xk2 --stack intake
  go tool hookctl events pull --state open --source kyc --stack intake
  go tool hookctl events pull --since 1h --contains +15005550001 --to http://127.0.0.1:9000`,
		RunE: e.Run(func(ctx context.Context, args []string) error { return pull(ctx, e, f, to, args) }),
	}
	f.add(c, append([]string{stateOpen}, states()...)...)
	f.payload.add(c)
	f.addProvider(c)
	c.Flags().StringVar(&to, "to", "http://"+sign.DefaultAddress, "`URL` of that hookctl run")
	return c
}

func pull(ctx context.Context, e *cli.Env, f actFlags, to string, args []string) error {
	open := f.filter.state == stateOpen || f.kind != ""
	receiver, err := url.Parse(to)
	if err := cli.CheckUsage(
		cli.Check{Fault: err != nil || !cli.IsLoopback(to), Text: "--to is not a URL of this machine, as http://127.0.0.1:8080: payloads are sent nowhere else"},
		cli.Check{Fault: open && !f.payload.isEmpty(), Text: "--contains and --field need the payloads, and --state open and --kind the index: leave one of them out"},
	); err != nil {
		return err
	}
	m, err := f.match(args, e.Now())
	if err != nil {
		return err
	}
	m.EndedOrNot, m.Open = true, open
	in, l, err := openLedger(ctx, e, f.from)
	if err != nil {
		return err
	}
	p := &puller{ledger: l, vault: in.Vault, provider: f.provider, now: e.Now, target: func(p webhook.Provider) (sign.Target, error) {
		return sign.TargetFlags{To: to}.Target(e, p)
	}}
	if there, ok := e.RunningAt(ctx, receiver); ok {
		if p.there, err = there.Ledger(); err != nil {
			return err
		}
	}
	d := deed{
		name: "pull", question: "Send %s to " + to + "?", done: "sent to " + to, match: m,
		again: "what is there already is dropped as a duplicate",
	}
	if f.payload.isEmpty() {
		return f.perform(ctx, e, l, d, p.all)
	}
	match, err := f.payload.match()
	if err != nil {
		return err
	}
	s := searching{Search: &search.Search{Ledger: l, Match: match, Vault: in.Vault}, in: in}
	d.surveyed = func() { s.reportNotSearched(ctx, e, false) }
	return f.perform(ctx, e, s, d, p.all)
}
