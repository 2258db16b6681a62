package compliancely

import "context"

// Confirm fetches the resource of an event again, a [TINResult] or a [TranscriptResult],
// and returns it as the provider has it now. A handler that moves money or opens an account
// calls it and acts on what it returns, not on the event: a webhook's signature covers no
// time, so anybody who saw a request can send it again, and an old result may be outdated.
//
// Its error is an [*Error], of which hook knows whether to retry.
func Confirm[T TINResult | TranscriptResult](ctx context.Context, c *Client, event T) (now T, err error) {
	switch r := any(event).(type) {
	case TINResult:
		var fetched TINResult
		if fetched, err = c.FetchTINMatch(ctx, r.ID); err == nil && fetched.ID != r.ID {
			err = c.api.Invalid("confirm TIN match", "id", "the answer is about another request")
		}
		return any(fetched).(T), err
	case TranscriptResult:
		var fetched TranscriptResult
		if fetched, err = c.FetchTranscript(ctx, r.ID); err == nil && fetched.ID != r.ID {
			err = c.api.Invalid("confirm transcript", "id", "the answer is about another request")
		}
		return any(fetched).(T), err
	}
	panic("unreachable: T is one of the two")
}
