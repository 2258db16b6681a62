package samples

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"webhookintake/shared/hook"
)

// An email sends through Amazon SES, from an address that SES has verified. The template's
// ProcessRole needs a statement that allows ses:SendEmail.
//
// It signs and sends the request itself: the SDK's package for SES would add a millisecond
// to every cold start, whether or not e-mail is sent. API:
// https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
type email struct {
	url, region string
	credentials aws.Credentials
	client      *http.Client
	from        string
	to          []string
}

// newEmail reads the variables that Lambda sets for every function.
func newEmail(s *settings, from string, to []string) email {
	for _, name := range []string{"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		if s.getenv(name) == "" {
			s.fault(name, "is not set, and e-mail is sent through AWS")
		}
	}
	region := s.getenv("AWS_REGION")
	return email{
		url: "https://email." + region + ".amazonaws.com", region: region,
		credentials: aws.Credentials{
			AccessKeyID: s.getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: s.getenv("AWS_SECRET_ACCESS_KEY"),
			SessionToken: s.getenv("AWS_SESSION_TOKEN"),
		},
		client: newHTTPClient(), from: from, to: to,
	}
}

func (m email) send(ctx context.Context, text string) error {
	type data map[string]any
	body, err := json.Marshal(data{
		"FromEmailAddress": m.from,
		"Destination":      data{"ToAddresses": m.to},
		"Content": data{"Simple": data{
			"Subject": data{"Data": "Watchlist alert"},
			"Body":    data{"Text": data{"Data": text}},
		}},
	})
	if err != nil {
		return hook.Permanent(err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, m.url+"/v2/email/outbound-emails", bytes.NewReader(body))
	if err != nil {
		return hook.Permanent(fmt.Errorf("send an e-mail: %w", err))
	}
	request.Header.Set("Content-Type", "application/json")
	sum := sha256.Sum256(body)
	err = v4.NewSigner().SignHTTP(ctx, m.credentials, request, hex.EncodeToString(sum[:]), "ses", m.region, time.Now())
	if err != nil {
		return hook.Permanent(fmt.Errorf("sign an e-mail: %w", err))
	}
	answer, err := m.client.Do(request)
	if err != nil {
		return fmt.Errorf("send an e-mail: %w", err)
	}
	defer func() { _ = answer.Body.Close() }() // read as far as it is needed
	return emailError(answer)
}

// emailError returns the error for SES's answer, with what it means for a retry. SES names
// its errors in a header, as "MessageRejected:http://…", or in the body.
func emailError(answer *http.Response) error {
	if answer.StatusCode >= 200 && answer.StatusCode <= 299 {
		return nil
	}
	var said struct {
		Type string `json:"__type"`
	}
	text, _ := io.ReadAll(io.LimitReader(answer.Body, 64<<10)) // without it only the status is known
	_ = json.Unmarshal(text, &said)
	code, _, _ := strings.Cut(answer.Header.Get("X-Amzn-ErrorType"), ":")
	err := fmt.Errorf("send an e-mail: status %d %s%s", answer.StatusCode, code, said.Type)
	if code == messageRejected || said.Type == messageRejected {
		return hook.Permanent(errors.Join(err, errRejected))
	}
	return err
}

const messageRejected = "MessageRejected"

var errRejected = errors.New("SES rejects the message: check that the sender's address is verified")
