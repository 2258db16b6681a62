package operate_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/aws/smithy-go"

	"webhookintake/functions/hookctl/operate"
)

func TestMissingRight(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ code, text, want string }{
		{"AccessDeniedException", "User: arn:aws:iam::1:user/eve is not authorized to perform: dynamodb:Query on resource: arn", "dynamodb:Query"},
		{"AccessDenied", "User: eve is not authorized to perform: sqs:getqueueattributes on resource: arn", "sqs:getqueueattributes"},
		{"AccessDenied", "Access Denied", "one that is not named"},
		{"ThrottlingException", "Rate exceeded; not authorized to perform: sqs:SendMessage", ""},
	} {
		if got := operate.MissingRight(fmt.Errorf("ask: %w", &smithy.GenericAPIError{Code: tt.code, Message: tt.text})); got != tt.want {
			t.Errorf("%s %q: %q, want %q", tt.code, tt.text, got, tt.want)
		}
	}
	if got := operate.MissingRight(errors.New("not authorized to perform: sqs:SendMessage")); got != "" {
		t.Errorf("an error that is not AWS's: %q", got)
	}
}
