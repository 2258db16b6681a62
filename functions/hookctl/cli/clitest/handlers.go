package clitest

import (
	"context"

	"webhookintake/shared/hook"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/provider/kyc"
)

// Register registers two handlers in place of the user's: reply, and, where it has its
// setting, open-account.
func Register(r *hook.Registry, getenv func(string) string) error {
	hook.On(r, contiguity.TextIncomingSMS, "reply", func(context.Context, hook.Event[contiguity.Text]) error { return nil })
	if getenv("ACCOUNTS_TABLE") == "" {
		return nil
	}
	return OpenAccount(r, getenv)
}

// OpenAccount registers one handler, whatever the settings.
func OpenAccount(r *hook.Registry, _ func(string) string) error {
	hook.On(r, kyc.SessionApproved, "open-account", func(context.Context, hook.Event[kyc.Session]) error { return nil })
	return nil
}
