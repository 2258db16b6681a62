package operate

import (
	"errors"
	"regexp"
	"strings"

	"github.com/aws/smithy-go"
)

// performing matches how AWS's services name the action that an identity may not do.
var performing = regexp.MustCompile(`(?i)not authorized to perform:? ([a-z0-9-]+:[a-z]+)`)

// MissingRight returns the action of IAM that AWS refused, as "sqs:GetQueueAttributes", or
// "one that is not named" if its answer does not name it. It returns the empty string if err
// is another error.
func MissingRight(err error) string {
	said, ok := errors.AsType[smithy.APIError](err)
	if !ok || !strings.HasPrefix(said.ErrorCode(), "AccessDenied") {
		return ""
	}
	if found := performing.FindStringSubmatch(said.ErrorMessage()); found != nil {
		return found[1]
	}
	return "one that is not named"
}
