package secretsmanager

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/smithy-go"

	"webhookintake/shared/source"
)

// A caller waits one second for both versions. That leaves time for one quick retry after
// a broken connection or a throttled request.
const (
	maxAttempts = 2
	maxBackoff  = 100 * time.Millisecond
)

// Options configure a [Fetcher].
type Options struct {
	ARN      string              // of the secret
	Region   string              // where the secret is; empty means the region in ARN
	Endpoint string              // base URL; empty means AWS's
	Getenv   func(string) string // for AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; called by New only
}

// A Fetcher reads one secret. Make it with [New].
type Fetcher struct {
	arn    string
	client *secretsmanager.Client
}

var _ source.Fetcher = (*Fetcher)(nil)

// New returns a Fetcher. It makes no call: Fetch reports faults of the options, as it does
// faults of the secret.
func New(o Options) *Fetcher {
	region := o.Region
	if parsed, err := arn.Parse(o.ARN); err == nil && region == "" {
		region = parsed.Region
	}
	options := secretsmanager.Options{
		Region:      region,
		Credentials: environmentCredentials(o.Getenv),
		HTTPClient: awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
			t.DisableKeepAlives = true
		}),
		Retryer: retry.NewStandard(func(so *retry.StandardOptions) {
			so.MaxAttempts = maxAttempts
			so.MaxBackoff = maxBackoff
			so.RateLimiter = ratelimit.None // callers pause between reads
		}),
	}
	if o.Endpoint != "" {
		options.BaseEndpoint = &o.Endpoint
	}
	return &Fetcher{arn: o.ARN, client: secretsmanager.New(options)}
}

// environmentCredentials returns the credentials of the environment. On Lambda they do not
// change during the life of a process.
func environmentCredentials(getenv func(string) string) aws.CredentialsProvider {
	credentials := aws.Credentials{
		AccessKeyID:     getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    getenv("AWS_SESSION_TOKEN"),
		Source:          "environment",
	}
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		if !credentials.HasKeys() {
			return aws.Credentials{}, errors.New("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
		}
		return credentials, nil
	})
}

// Fetch implements [source.Fetcher]. A version that is stored as bytes (SecretBinary) is
// an error.
func (f *Fetcher) Fetch(ctx context.Context, stage source.Stage) ([]byte, error) {
	out, err := f.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{
		SecretId:     &f.arn,
		VersionStage: new(string(stage)),
	})
	if err == nil && out.SecretString == nil {
		err = errors.New("it is stored as bytes; put it as text (SecretString)")
	}
	if err != nil {
		return nil, fmt.Errorf("read secret %s, version %s: %w", f.arn, stage, explain(err))
	}
	return []byte(*out.SecretString), nil
}

// explain turns errors of the SDK into those of the contract.
//
// AWS has one code for a missing secret and a missing version, and tells them apart only in
// the message. If the message changes, a missing version counts as a secret that cannot be
// read, which is safe: providers are asked to try again.
func explain(err error) error {
	if missing, ok := errors.AsType[*types.ResourceNotFoundException](err); ok &&
		strings.Contains(missing.ErrorMessage(), "staging label") {
		return source.ErrNoVersion
	}
	if _, ok := errors.AsType[*smithy.DeserializationError](err); ok {
		return errors.New("the answer is not Secrets Manager's") // the error quotes the answer
	}
	return err
}
