package tail

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"webhookintake/shared/telemetry"
)

// A Cause is why requests to one source were refused.
type Cause struct {
	Code   string
	Source string // empty if the request came to none
	Status int    // of the answer
	Count  int
	Last   time.Time
}

// Refusals are requests that ingest did not accept.
type Refusals struct {
	Causes []Cause // the most frequent first
	From   time.Time
	// All is false if there were too many lines: then the newest were counted.
	All bool
}

// Add counts a refused request.
func (r *Refusals) Add(source, code string, status int, at time.Time) {
	i := slices.IndexFunc(r.Causes, func(c Cause) bool { return c.Source == source && c.Code == code })
	if i < 0 {
		i = len(r.Causes)
		r.Causes = append(r.Causes, Cause{Code: code, Source: source, Status: status})
	}
	c := &r.Causes[i]
	if c.Count++; at.After(c.Last) {
		c.Last, c.Status = at, status
	}
}

// Sort puts the most frequent cause first.
func (r *Refusals) Sort() {
	slices.SortFunc(r.Causes, func(a, b Cause) int {
		return cmp.Or(b.Count-a.Count, b.Last.Compare(a.Last), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Source, b.Source))
	})
}

// refusedPages is how many pages of the log are read, of which each has at most 10,000 lines
// or 1 MB, and may be empty.
const refusedPages = 20

// Refused counts the requests that ingest refused since a time, by its log.
func Refused(ctx context.Context, client *cloudwatchlogs.Client, group string, from time.Time) (Refusals, error) {
	r := Refusals{From: from}
	in := &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName: &group, StartTime: new(from.UnixMilli()), StartFromHead: new(false),
		FilterPattern: new(fmt.Sprintf("{ $.%s = * }", telemetry.FieldCode)),
	}
	for range refusedPages {
		out, err := client.FilterLogEvents(ctx, in)
		if err != nil {
			return Refusals{}, fmt.Errorf("read log group %s: %w", group, err)
		}
		for _, e := range out.Events {
			l, ok := parse([]byte(aws.ToString(e.Message)), loggedAt(e))
			if ok && l.What == "refused" && l.Code != "" {
				r.Add(l.Source, l.Code, l.Status, l.At)
			}
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			r.All = true
			break
		}
	}
	r.Sort()
	return r, nil
}
