package doctor

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"webhookintake/shared/webhook"
)

// health checks that the intake answers.
func (e *exam) health(ctx context.Context) Step {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, e.site.HealthURL, http.NoBody)
	if err != nil {
		return failed(adviceNoAnswer, "the URL is not valid")
	}
	request.Header.Set("User-Agent", "hookctl")
	got, err := e.ask(request)
	switch {
	case err != nil:
		return failed(adviceNoAnswer, "GET %s: %w", e.site.HealthURL, err)
	case got.status != http.StatusOK || got.State != "ok":
		return failed(e.advice(got), "GET %s answers %s, not 200 with status ok", e.site.HealthURL, got)
	case e.isExposed():
		return warned("use an https URL: others on the way can read the webhooks, and withhold them", "GET %s answers 200, without encryption", e.site.HealthURL)
	}
	return passed("GET %s answers 200", e.site.HealthURL)
}

// refusal checks that the intake verifies signatures.
func (e *exam) refusal(ctx context.Context) Step {
	var seen []any
	for _, try := range []struct {
		what    string
		request webhook.Request
		want    webhook.Code
	}{
		{"an unsigned webhook", e.event.unsigned(e.Now()), webhook.ErrSignatureMissing},
		{"a forged webhook", e.event.forged(e.Now()), webhook.ErrSignatureMismatch},
	} {
		got, err := e.post(ctx, try.request)
		switch {
		case err != nil:
			return failed(adviceNoAnswer, "send %s: %w", try.what, err)
		case got.status/100 == 2:
			return failed("take it offline: everyone who knows the URL can send events. Check what runs behind the URL",
				"%s was accepted: %s", try.what, got)
		case got.status != http.StatusUnauthorized || !isSignature(got.Code):
			return failed(e.advice(got), "%s was answered %s, not 401 %s", try.what, got, try.want)
		}
		seen = append(seen, got)
	}
	return passed("unsigned: %s; forged: %s", seen...)
}

// isSignature reports whether the code is one of a bad signature.
func isSignature(c webhook.Code) bool {
	return slices.Contains([]webhook.Code{webhook.ErrSignatureMissing, webhook.ErrSignatureMalformed, webhook.ErrSignatureMismatch}, c)
}

// accepted sends the event.
func (e *exam) accepted(ctx context.Context) Step {
	if problem, ok := e.deliver(ctx); !ok {
		return problem
	}
	return passed("signed with the first secret of %s: 200 with id %s", e.event.Name, e.event.id)
}

// again sends the event once more, as providers do if they got no answer.
func (e *exam) again(ctx context.Context) Step {
	if problem, ok := e.deliver(ctx); !ok {
		return problem
	}
	return passed("a copy of it: 200 with the same id")
}

// deliver sends the event with a new signature.
func (e *exam) deliver(ctx context.Context) (problem Step, ok bool) {
	got, err := e.post(ctx, e.event.signed(e.Now()))
	switch {
	case err != nil:
		return failed(adviceNoAnswer, "send the signed webhook: %w", err), false
	case got.status != http.StatusOK:
		return failed(e.advice(got), "the signed webhook was answered %s, not 200", got), false
	case got.ID != e.event.id:
		return failed("check that the URL leads to this intake, and that it has the same settings of the source",
			"the signed webhook was accepted with another id: %s, want %s", shown(got.ID), e.event.id), false
	}
	return Step{}, true
}

// shown returns a text of an unknown sender, quoted and shortened.
func shown(text string) string { return fmt.Sprintf("%.60q", text) }
