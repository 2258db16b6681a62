package demo

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/hook"
	"webhookintake/shared/process"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

// refusals shows what is not handled: an event that arrives again, and one with another
// signature. A handler of the demo's own counts its runs.
func (t *show) refusals(ctx context.Context) error {
	runs := 0
	var handlers hook.Registry
	hook.On(&handlers, contiguity.TextIncomingSMS, "count-texts",
		func(context.Context, hook.Event[contiguity.Text]) error {
			runs++
			return nil
		})
	s, err := open(ctx, &handlers)
	if err != nil {
		return err
	}
	defer s.close()
	if err := t.duplicate(ctx, s, &runs); err != nil {
		return err
	}
	t.Out.Print("")
	return t.wrongSignature(ctx, s)
}

func (t *show) duplicate(ctx context.Context, s *intake, runs *int) error {
	t.title(2, "A provider sends an event a second time")
	for _, delivery := range []struct {
		name string
		want process.Outcome
		says string
	}{
		{"first", process.Handled, "handled by count-texts"},
		{"second", process.Duplicate, "a duplicate: dropped, no handler runs"},
	} {
		report, worked, err := s.deliverText(ctx)
		if err != nil {
			return err
		}
		ok := report.Status == 200 && worked.Outcome == delivery.want
		t.expect(ok, "%s delivery of %s: %d, %s", delivery.name, report.ID, report.Status, failure(worked))
		says := delivery.says
		if !ok {
			says = failure(worked)
		}
		t.Out.Text("   %-6s  %s answered %d   %s", delivery.name, report.ID, report.Status, t.verdict(ok, says))
	}
	t.expect(*runs == 1, "count-texts ran %d times, not once", *runs)
	t.Out.Text("   count-texts ran %s", t.verdict(*runs == 1, often(*runs)))
	return nil
}

func (t *show) wrongSignature(ctx context.Context, s *intake) error {
	t.title(3, "A stranger sends an event signed with another secret")
	src, sample, err := textSample()
	if err != nil {
		return err
	}
	now := time.Now()
	report, err := s.post(ctx, src.Name, dialect.SignWrong(src.Provider, src.Settings, sample.Fresh(now), now))
	if err != nil {
		return err
	}
	waiting := s.Queue.Counts().Visible
	refused := report.Status == 401 && report.Code == webhook.ErrSignatureMismatch
	t.expect(refused, "a wrong signature was answered %d %s", report.Status, report.Code)
	t.expect(waiting == 0, "an event without a valid signature is in the queue")
	t.Out.Text("   %s   events in the queue: %s",
		t.verdict(refused, fmt.Sprintf("refused: %d %s", report.Status, report.Code)), t.verdict(waiting == 0, strconv.Itoa(waiting)))
	return nil
}
