package doctor

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"webhookintake/functions/hookctl/cli"
)

// ErrNoTable reports that the table does not exist.
var ErrNoTable = errors.New("the table does not exist")

// firstDeploy is how much later than its stack a table may have been created. CloudFormation
// counts a stack's time from its first change set, which somebody may have read for hours
// before he executed it.
const firstDeploy = 24 * time.Hour

const (
	adviceNoTable = "stop process before the table is created again, or at-most-once handlers of events within their\n" +
		"window may run twice: see \"If the table is lost\" in functions/hookctl/README.md"
	adviceNewTable = "if it was deleted, events from before are unknown to it, and at-most-once handlers of those that come\n" +
		"again within their window run twice: see \"If the table is lost\" in functions/hookctl/README.md"
)

// table compares the table's age with the stack's. A table that was deleted and created again
// has forgotten what was handled.
func (e *exam) table(ctx context.Context) Step {
	created, err := e.site.Table(ctx)
	at := func(t time.Time) string { return cli.TimeAndAge(t, e.Now()) }
	switch {
	case errors.Is(err, ErrNoTable):
		return failed(adviceNoTable, "%w: no event is handled, and all wait in the queue, for 7 days at most", err)
	case err != nil:
		return warned("this needs dynamodb:DescribeTable on the table", "its age is not known: %v", err)
	case e.site.Created.IsZero():
		return passed("created %s", at(created))
	case created.After(e.site.Created.Add(firstDeploy)):
		return warned(adviceNewTable, "created %s, after the stack, which was created %s", at(created), at(e.site.Created))
	}
	return passed("created %s, with the stack", at(created))
}

// tableAge returns when the table was created, or [ErrNoTable].
func tableAge(client *dynamodb.Client, name string) func(context.Context) (time.Time, error) {
	return func(ctx context.Context) (time.Time, error) {
		out, err := client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &name})
		if _, missing := errors.AsType[*types.ResourceNotFoundException](err); missing {
			return time.Time{}, ErrNoTable
		}
		if err != nil {
			return time.Time{}, err
		}
		return aws.ToTime(out.Table.CreationDateTime), nil
	}
}
