package tail

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/telemetry"
)

// lookBack is how long CloudWatch Logs may take to show a line after a later one.
const lookBack = 30 * time.Second

// Logs is a feed of the lines that ingest and process log, of this version and of the one
// before, whose ingest logged accepted webhooks. Make it with [NewLogs].
type Logs struct {
	client          *cloudwatchlogs.Client
	ingest, process string
	now             func() time.Time

	since time.Time
	seen  map[string]time.Time // when each line was logged that is not older than lookBack, by its id
}

// NewLogs returns the feed of two log groups from now on.
func NewLogs(client *cloudwatchlogs.Client, ingest, process string, now func() time.Time) *Logs {
	return &Logs{client: client, ingest: ingest, process: process, now: now, since: now(), seen: map[string]time.Time{}}
}

// Next implements [Feed].
func (l *Logs) Next(ctx context.Context) ([]Line, error) {
	began := l.now()
	from := began.Add(-lookBack)
	if from.Before(l.since) {
		from = l.since
	}
	lines, err := l.read(ctx, l.ingest, from)
	if err != nil {
		return nil, err
	}
	more, err := l.read(ctx, l.process, from)
	if err != nil {
		return nil, err
	}
	for id, at := range l.seen {
		if at.Before(from) {
			delete(l.seen, id)
		}
	}
	return append(lines, more...), nil
}

// read returns the lines of a log group that were not seen yet.
func (l *Logs) read(ctx context.Context, group string, from time.Time) (lines []Line, err error) {
	pattern := fmt.Sprintf("{ $.%s = * || $.%s = * }", telemetry.FieldOutcome, telemetry.FieldStatus)
	err = eachEvent(ctx, l.client, &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName: &group, StartTime: new(from.UnixMilli()), FilterPattern: &pattern,
	}, func(e types.FilteredLogEvent) {
		id, at := group+" "+aws.ToString(e.EventId), loggedAt(e)
		if _, known := l.seen[id]; known {
			return
		}
		l.seen[id] = at
		if line, ok := parse([]byte(aws.ToString(e.Message)), at); ok {
			lines = append(lines, line)
		}
	})
	return lines, err
}

// eachEvent calls do with what a log group has.
func eachEvent(ctx context.Context, client *cloudwatchlogs.Client, in *cloudwatchlogs.FilterLogEventsInput, do func(types.FilteredLogEvent)) error {
	for {
		out, err := client.FilterLogEvents(ctx, in)
		if err != nil {
			return fmt.Errorf("read log group %s: %w; this needs logs:FilterLogEvents on it", aws.ToString(in.LogGroupName), err)
		}
		for _, e := range out.Events {
			do(e)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			return nil
		}
	}
}

func loggedAt(e types.FilteredLogEvent) time.Time {
	return time.UnixMilli(aws.ToInt64(e.Timestamp)).UTC()
}

// parse reads a line of ingest's or process's log. It reports false for any other.
func parse(message []byte, at time.Time) (Line, bool) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(message, &fields) != nil {
		return Line{}, false
	}
	l := Line{At: at}
	for name, into := range map[string]any{
		telemetry.FieldSource: &l.Source, telemetry.FieldID: &l.ID, telemetry.FieldType: &l.Type, telemetry.FieldStatus: &l.Status,
		telemetry.FieldCode: &l.Code, telemetry.FieldAttempt: &l.Attempt, telemetry.FieldReason: &l.Reason,
		telemetry.FieldError: &l.Error, telemetry.FieldOutcome: &l.What, "msg": &l.Text,
		telemetry.FieldSecret: &l.Secret, telemetry.FieldSigned: &l.Signed, telemetry.FieldDelay: &l.Delay,
	} {
		_ = json.Unmarshal(fields[name], into) // absent, or not of ours: it stays empty
	}
	for name, raw := range fields {
		var h struct {
			End   string  `json:"end"`
			Took  float64 `json:"took_ms"`
			Error string  `json:"error"`
		}
		if json.Unmarshal(raw, &h) == nil && h.End != "" {
			l.Handlers = append(l.Handlers, operate.HandlerRun{Name: name, End: h.End, Took: h.Took, Error: h.Error})
		}
	}
	l.addShort(fields)
	switch {
	case l.What != "":
	case l.Status == 200:
		l.What = "accepted"
	case l.Status != 0:
		l.What = "refused"
	}
	slices.SortFunc(l.Handlers, func(a, b operate.HandlerRun) int { return cmp.Compare(a.Name, b.Name) })
	return l, l.What != ""
}

// addShort reads what only the short line of an event that went well has.
func (l *Line) addShort(fields map[string]json.RawMessage) {
	if fields[telemetry.FieldHandlers] == nil {
		return
	}
	var names string
	if json.Unmarshal(fields[telemetry.FieldHandlers], &names) != nil {
		_ = json.Unmarshal(fields[telemetry.FieldHandlers], &l.Handled) // their names did not fit
	}
	for name := range strings.SplitSeq(names, ", ") {
		if name != "" {
			l.Handlers = append(l.Handlers, operate.HandlerRun{Name: name, End: "done"})
		}
	}
	l.Attempt = 1
	_ = json.Unmarshal(fields[telemetry.FieldAttempts], &l.Attempt) // absent: the first
	_ = json.Unmarshal(fields[telemetry.FieldMS], &l.Took)
}
