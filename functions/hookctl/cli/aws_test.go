package cli

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/smithy-go"
)

func TestPlainAWS(t *testing.T) {
	t.Parallel()
	api := func(code string) error {
		return fmt.Errorf("look up stack intake: %w", &smithy.GenericAPIError{Code: code, Message: "as AWS says it"})
	}
	other := errors.New("disk full")
	denied := api("AccessDenied")
	for _, tt := range []struct {
		name       string
		give, want error
	}{
		{"none", nil, nil},
		{"credentials", fmt.Errorf("get identity: %w", SetupError{errNoCredentials}), errNoCredentials},
		{"expired, as STS and DynamoDB say it", api("ExpiredTokenException"), errExpired},
		{"expired, as CloudFormation says it", api("ExpiredToken"), errExpired},
		{"an unknown key", api("InvalidClientTokenId"), errNotAccepted},
		{"a wrong key", api("SignatureDoesNotMatch"), errNotAccepted},
		{"no region", errors.New("resolve endpoint: Invalid Configuration: Missing Region"), errNoRegion},
		{"not allowed stays", denied, denied},
		{"any other stays", other, other},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := plainAWS(tt.give); !errors.Is(got, tt.want) {
				t.Errorf("plainAWS = %v, want %v", got, tt.want)
			}
		})
	}
}

// A silent is the role of a machine that is no EC2 instance: nothing answers there.
type silent struct{ *ec2rolecreds.Provider }

func (silent) IsCredentialsProvider(p aws.CredentialsProvider) bool {
	_, ok := p.(*ec2rolecreds.Provider)
	return ok
}

func (silent) Retrieve(ctx context.Context) (aws.Credentials, error) {
	<-ctx.Done()
	return aws.Credentials{}, ctx.Err()
}

// TestNoInstanceRole waits a second for the role of the machine, and no longer.
func TestNoInstanceRole(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		_, err := (&explained{provider: silent{}}).Retrieve(t.Context())
		if !errors.Is(plainAWS(err), errNoCredentials) || time.Since(began) != time.Second {
			t.Errorf("%v after %s, want %v after 1s", err, time.Since(began), errNoCredentials)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := (&explained{provider: silent{}}).Retrieve(ctx); !errors.Is(err, context.Canceled) || errors.Is(plainAWS(err), errNoCredentials) {
			t.Errorf("after Ctrl-C: %v, want %v", err, context.Canceled)
		}
	})
}
