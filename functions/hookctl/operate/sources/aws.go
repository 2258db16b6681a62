package sources

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logstypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/smithy-go"

	"webhookintake/shared/process"
	"webhookintake/shared/source"
	"webhookintake/shared/telemetry"
)

// NewSecret returns the secret with that ARN or name in Secrets Manager.
func NewSecret(client *secretsmanager.Client, id string) Secret {
	return &managedSecret{client, id}
}

type managedSecret struct {
	client *secretsmanager.Client
	id     string
}

// Read implements [Secret].
func (s *managedSecret) Read(ctx context.Context, stage source.Stage) (Version, error) {
	out, err := s.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{
		SecretId: &s.id, VersionStage: new(string(stage)),
	})
	if missing, ok := errors.AsType[*types.ResourceNotFoundException](err); ok &&
		strings.Contains(missing.ErrorMessage(), "staging label") {
		return Version{}, source.ErrNoVersion // the service has no special code for it
	}
	if err == nil && out.SecretString == nil {
		err = errors.New("it is stored as bytes; store it as text (SecretString)")
	}
	if err != nil {
		return Version{}, fmt.Errorf("read secret %s, version %s: %w", s.id, stage, withoutQuotes(err))
	}
	return Version{
		ID: aws.ToString(out.VersionId), Document: []byte(*out.SecretString), Created: aws.ToTime(out.CreatedDate),
	}, nil
}

// Put implements [Secret].
func (s *managedSecret) Put(ctx context.Context, document []byte, id string) error {
	_, err := s.client.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{
		SecretId: &s.id, ClientRequestToken: &id, SecretString: new(string(document)),
	})
	if err != nil {
		return fmt.Errorf("write secret %s: %w", s.id, withoutQuotes(err))
	}
	return nil
}

// withoutQuotes removes texts of the service, which may quote the document. The text about
// missing permissions stays, as it names the caller and the action.
func withoutQuotes(err error) error {
	if _, ok := errors.AsType[*smithy.DeserializationError](err); ok {
		return errors.New("the answer is not Secrets Manager's")
	}
	said, ok := errors.AsType[smithy.APIError](err)
	switch {
	case !ok:
		return err
	case strings.HasPrefix(said.ErrorCode(), "AccessDenied"):
		return fmt.Errorf("%s: %s", said.ErrorCode(), said.ErrorMessage())
	}
	return fmt.Errorf("the service answers %s", said.ErrorCode())
}

// maxPages is how much of a log is searched for one secret, and perPage how many lines a
// page may have: the newest is enough.
const (
	maxPages = 40
	perPage  = 10
)

// NewLog returns the log groups of ingest and process in CloudWatch Logs.
func NewLog(client *cloudwatchlogs.Client, ingest, process string) Log {
	return &logGroups{client, ingest, process}
}

type logGroups struct {
	client          *cloudwatchlogs.Client
	ingest, process string
}

// LastUse implements [Log]. Both functions log the index, 0 included, of the secret that
// verified a webhook, and of no other: process for each event, and ingest for what it
// refused or did not queue at once; that of a version before for all.
//
// For the first secret only what went well counts. Depending on the stack's LogLevel, the
// logs have no such lines; they could then show a failure under the first secret and
// nothing of what older ones verified.
func (l *logGroups) LastUse(ctx context.Context, q Query) (last time.Time, all bool, err error) {
	is := fmt.Sprintf(`($.%s = "%s") && `, telemetry.FieldSource, q.Source)
	switch {
	case !q.Expires.IsZero(): // ingest logs these webhooks, though it accepts them
		return l.newest(ctx, l.ingest, is+fmt.Sprintf(`($.%s <= %d)`, telemetry.FieldURLExpires, q.Expires.Unix()), q.From)
	case q.Code != "":
		return l.newest(ctx, l.ingest, is+fmt.Sprintf(`($.%s = "%s")`, telemetry.FieldCode, q.Code), q.From)
	}
	is += fmt.Sprintf(`($.%s = %d)`, telemetry.FieldSecret, q.Index)
	accepted, handled := is, is+fmt.Sprintf(` && ($.%s = *)`, telemetry.FieldOutcome)
	if q.Index == 0 {
		accepted += fmt.Sprintf(` && ($.%s = %d)`, telemetry.FieldStatus, http.StatusOK)
		var well []string
		for _, o := range []process.Outcome{process.Handled, process.Unhandled, process.Duplicate} {
			well = append(well, fmt.Sprintf(`$.%s = "%s"`, telemetry.FieldOutcome, o))
		}
		handled = is + " && (" + strings.Join(well, " || ") + ")"
	}
	last, all, err = l.newest(ctx, l.ingest, accepted, q.From)
	if err != nil {
		return last, all, err
	}
	later, rest, err := l.newest(ctx, l.process, handled, q.From)
	if later.After(last) {
		last = later
	}
	return last, all && rest, err
}

// newest returns when the newest webhook arrived of which a log group has a line of that
// pattern. The newest line comes first, and pages may be empty. An event that arrived before
// the time does not count, whenever it was processed: its index is one of older sources.
func (l *logGroups) newest(ctx context.Context, group, pattern string, from time.Time) (last time.Time, all bool, err error) {
	in := &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName:  &group,
		FilterPattern: new("{ " + pattern + " }"),
		StartTime:     new(from.UnixMilli()),
		StartFromHead: new(false),
		Limit:         new(int32(perPage)),
	}
	for range maxPages {
		out, err := l.client.FilterLogEvents(ctx, in)
		if err != nil {
			return last, false, fmt.Errorf("read log group %s: %w", group, err)
		}
		for _, e := range out.Events {
			if at := arrival(e); !at.Before(from) && at.After(last) {
				last = at
			}
		}
		if in.NextToken = out.NextToken; !last.IsZero() || in.NextToken == nil {
			return last, true, nil
		}
	}
	return last, false, nil
}

// arrival returns when the webhook of a line arrived.
func arrival(e logstypes.FilteredLogEvent) time.Time {
	line := map[string]json.RawMessage{}
	delay := 0
	_ = json.Unmarshal([]byte(aws.ToString(e.Message)), &line)
	_ = json.Unmarshal(line[telemetry.FieldDelay], &delay) // absent: less than a second
	return time.UnixMilli(aws.ToInt64(e.Timestamp)).Add(-time.Duration(delay) * time.Second)
}
