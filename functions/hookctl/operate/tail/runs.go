package tail

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/telemetry"
)

// shortestID is how many characters of an id are in the log at least: the end of a long one
// is cut.
const shortestID = 12

// Runs returns the runs of an event that the log of process has in that time, the oldest
// first; with an error, those that were read before it.
func Runs(ctx context.Context, client *cloudwatchlogs.Client, group, source, id string, from, until time.Time) ([]operate.Run, error) {
	f, runs := Filter{Source: source, ID: id}, []operate.Run(nil)
	err := eachEvent(ctx, client, &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName: &group, StartTime: new(from.UnixMilli()), EndTime: new(until.UnixMilli() + 1), FilterPattern: new(patternOf(id)),
	}, func(e types.FilteredLogEvent) {
		l, ok := parse([]byte(aws.ToString(e.Message)), loggedAt(e))
		if ok && f.Matches(l) && len(l.Handlers)+l.Handled > 0 {
			runs = append(runs, l.run())
		}
	})
	slices.SortStableFunc(runs, func(a, b operate.Run) int { return a.At.Compare(b.At) })
	return runs, err
}

// patternOf selects the lines about an event with that id, and some others.
func patternOf(id string) string {
	beginning := id[:min(len(id), shortestID)]
	if i := strings.IndexAny(beginning, `"\*`); i >= 0 { // which mean something in a pattern
		beginning = beginning[:i]
	}
	return fmt.Sprintf(`{ $.%s = * && $.%s = "%s*" }`, telemetry.FieldOutcome, telemetry.FieldID, beginning)
}

func (l Line) run() operate.Run {
	r := operate.Run{At: l.At, Run: l.Attempt, Outcome: l.What, Took: l.Took, Handlers: l.Handlers, Handled: l.Handled}
	for _, h := range l.Handlers {
		r.Took += h.Took
	}
	r.Took = math.Round(r.Took*1000) / 1000 // a sum of decimal fractions
	return r
}
