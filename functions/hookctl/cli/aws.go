package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/credentials/logincreds"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
)

// roleTimeout is how long hookctl waits for the role of an EC2 instance. On one it has the
// answer in milliseconds. Elsewhere nothing may answer at all.
const roleTimeout = time.Second

// A SetupError is what is wrong with AWS's settings on this machine. It says what to do.
type SetupError struct{ error }

// Unwrap returns the cause.
func (e SetupError) Unwrap() error { return e.error }

// The errors of the settings. Their texts are only for people.
var (
	errNoCredentials = setupError("no AWS credentials: log in (`aws sso login` or `aws login`), or give --profile")
	errExpired       = setupError("the AWS credentials have expired: log in again (`aws sso login` or `aws login`), or give --profile")
	errNotAccepted   = setupError("AWS does not accept the credentials: log in again (`aws sso login` or `aws login`), or give --profile")
	errNoRegion      = setupError("no AWS region: give --region, or set AWS_REGION or the region of the profile")
)

func setupError(text string) SetupError { return SetupError{errors.New(text)} }

// readAWS reads the settings that AWS's own tools read. Its errors, and those of the
// credentials, say what to do. Without a logger, the SDK would write its warnings past Err.
func (e *Env) readAWS(ctx context.Context, region, profile string) (aws.Config, error) {
	settings, err := config.LoadDefaultConfig(ctx,
		config.WithRegion(region), config.WithSharedConfigProfile(profile), config.WithLogger(e.sdkLogger()))
	if missing, ok := errors.AsType[config.SharedConfigProfileNotExistError](err); ok {
		return settings, fmt.Errorf("no profile %q in AWS's settings: give another with --profile; `aws configure list-profiles` lists them", missing.Profile)
	}
	if err != nil {
		return settings, fmt.Errorf("read AWS's settings: %w", err)
	}
	settings.Credentials = &explained{provider: settings.Credentials, profile: profile}
	return settings, nil
}

// sdkLogger writes the SDK's warnings, except that the service for EC2 instances does not
// answer, which is normal on every other machine.
func (e *Env) sdkLogger() logging.Logger {
	to := logging.NewStandardLogger(e.Err)
	return logging.LoggerFunc(func(c logging.Classification, format string, args ...any) {
		if !strings.Contains(format, "IMDS") {
			to.Logf(c, format, args...)
		}
	})
}

// explained are credentials whose error says what to do.
type explained struct {
	provider aws.CredentialsProvider
	profile  string // of the command line
}

// Retrieve implements [aws.CredentialsProvider].
func (x *explained) Retrieve(ctx context.Context) (aws.Credentials, error) {
	limited, cancel := ctx, func() {}
	if x.is((*ec2rolecreds.Provider)(nil)) {
		limited, cancel = context.WithTimeout(ctx, roleTimeout)
	}
	defer cancel()
	found, err := x.provider.Retrieve(limited)
	if err != nil && ctx.Err() == nil {
		err = SetupError{x.explain(err)}
	}
	return found, err
}

func (x *explained) is(provider aws.CredentialsProvider) bool {
	return aws.IsCredentialsProvider(x.provider, provider)
}

func (x *explained) explain(err error) error {
	again := ""
	if x.profile != "" {
		again = " --profile " + x.profile
	}
	_, unreachable := errors.AsType[*url.Error](err)
	switch {
	case x.is((*ec2rolecreds.Provider)(nil)): // what is asked if nothing else is configured
		return errNoCredentials
	case unreachable:
		return fmt.Errorf("no AWS credentials: the service that gives them cannot be reached: %w", cause(err))
	case x.is((*ssocreds.Provider)(nil)):
		return fmt.Errorf("the AWS login has expired: log in again (`aws sso login%s`), or give another --profile", again)
	case x.is((*logincreds.Provider)(nil)):
		return fmt.Errorf("the AWS login has expired: log in again (`aws login%s`), or give another --profile", again)
	}
	return fmt.Errorf("no AWS credentials: %w; log in (`aws sso login` or `aws login`), or give another --profile", cause(err))
}

// cause returns what is wrong with credentials, in one line, without the SDK's details
// about its own parts.
func cause(err error) error {
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return fmt.Errorf("%s: %s", e.ErrorCode(), e.ErrorMessage())
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e
	}
	text, _, _ := strings.Cut(err.Error(), "\n")
	return errors.New(strings.TrimPrefix(text, "failed to refresh cached credentials, "))
}

// plainAWS returns what to do about credentials or a region that AWS or its SDK refuses, and
// any other error as it is.
func plainAWS(err error) error {
	if e, ok := errors.AsType[SetupError](err); ok {
		return e
	}
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		switch e.ErrorCode() {
		case "ExpiredToken", "ExpiredTokenException", "RequestExpired":
			return errExpired
		case "InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "SignatureDoesNotMatch",
			"InvalidSignatureException", "IncompleteSignature", "AuthFailure", "MissingAuthenticationToken":
			return errNotAccepted
		}
	}
	if err != nil && strings.Contains(err.Error(), "Missing Region") { // the SDK has no type for it
		return errNoRegion
	}
	return err
}
