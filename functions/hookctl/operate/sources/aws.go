package sources

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/smithy-go"

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

// NewLog returns the log group of that name in CloudWatch Logs.
func NewLog(client *cloudwatchlogs.Client, group string) Log {
	return &logGroup{client, group}
}

type logGroup struct {
	client *cloudwatchlogs.Client
	group  string
}

// LastUse implements [Log]. Ingest logs the index, 0 included, of the secret that verified
// a webhook, and of no other. The newest line comes first; pages may be empty.
//
// For the first secret only accepted webhooks count. Depending on the stack's LogLevel,
// the log has no lines of accepted webhooks; it could then show a failure under the first
// secret and nothing of what older ones verified.
func (l *logGroup) LastUse(ctx context.Context, q Query) (last time.Time, all bool, err error) {
	pattern := fmt.Sprintf(`($.%s = "%s") && ($.%s = %d)`, telemetry.FieldSource, q.Source, telemetry.FieldSecret, q.Index)
	switch {
	case !q.Expires.IsZero():
		pattern = fmt.Sprintf(`($.%s = "%s") && ($.%s <= %d)`, telemetry.FieldSource, q.Source, telemetry.FieldURLExpires, q.Expires.Unix())
	case q.Code != "":
		pattern = fmt.Sprintf(`($.%s = "%s") && ($.%s = "%s")`, telemetry.FieldSource, q.Source, telemetry.FieldCode, q.Code)
	case q.Index == 0:
		pattern += fmt.Sprintf(` && ($.%s = %d)`, telemetry.FieldStatus, http.StatusOK)
	}
	in := &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName:  &l.group,
		FilterPattern: new("{ " + pattern + " }"),
		StartTime:     new(q.From.UnixMilli()),
		StartFromHead: new(false),
		Limit:         new(int32(perPage)),
	}
	for range maxPages {
		out, err := l.client.FilterLogEvents(ctx, in)
		if err != nil {
			return last, false, fmt.Errorf("read log group %s: %w", l.group, err)
		}
		for _, e := range out.Events {
			if at := time.UnixMilli(aws.ToInt64(e.Timestamp)); at.After(last) {
				last = at
			}
		}
		if in.NextToken = out.NextToken; !last.IsZero() || in.NextToken == nil {
			return last, true, nil
		}
	}
	return last, false, nil
}
