package handlers

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"

	"webhookintake/shared/hook"
)

// An email goes out through Amazon SES, from an address that SES has verified, and where
// the template's ProcessRole has a statement that allows ses:SendEmail.
type email struct {
	client *sesv2.Client
	from   string
	to     []string
}

// newSES builds the client directly: loading the SDK's default configuration would
// lengthen every cold start. On Lambda all these settings are there.
func newSES(s *settings) *sesv2.Client {
	for _, name := range []string{"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		if s.getenv(name) == "" {
			s.fault(name, "is not set, and e-mail is sent through AWS")
		}
	}
	return sesv2.New(sesv2.Options{
		Region: s.getenv("AWS_REGION"),
		Credentials: credentials.NewStaticCredentialsProvider(
			s.getenv("AWS_ACCESS_KEY_ID"), s.getenv("AWS_SECRET_ACCESS_KEY"), s.getenv("AWS_SESSION_TOKEN")),
	})
}

func (m email) send(ctx context.Context, text string) error {
	_, err := m.client.SendEmail(ctx, &sesv2.SendEmailInput{
		FromEmailAddress: &m.from,
		Destination:      &types.Destination{ToAddresses: m.to},
		Content: &types.EmailContent{Simple: &types.Message{
			Subject: &types.Content{Data: new("Watchlist alert")},
			Body:    &types.Body{Text: &types.Content{Data: &text}},
		}},
	})
	if _, rejected := errors.AsType[*types.MessageRejected](err); rejected {
		return hook.Permanent(fmt.Errorf("send an e-mail: %w", err))
	}
	if err != nil {
		return fmt.Errorf("send an e-mail: %w", err)
	}
	return nil
}
