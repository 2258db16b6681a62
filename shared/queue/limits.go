package queue

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of SQS: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
const (
	MaxBytes      = 1 << 20          // body, attribute names, types and values together
	MaxAttributes = 10               // message attributes of one message
	MaxBatch      = 10               // messages or receipts of one call
	MaxDelay      = 15 * time.Minute // of Send
	MaxVisibility = 12 * time.Hour   // of Defer, from the receive on
	MaxWait       = 20 * time.Second // of Receive
)

// MaxRaw is the longest body of an event, in bytes, before compression. It is a little
// over the 6 MiB that one invocation of a Lambda function can carry, and bounds what
// decompressing a message can cost.
const MaxRaw = 6<<20 + 64<<10

// attributeRoom is what a body leaves to the attributes, so that the message still
// fits when it comes back as a dead letter: names and types of all seven take under
// 150 bytes, source, provider, id, type and the rest under 600, a Failure without an
// operator's lists under 2,200.
const attributeRoom = 8 << 10

// maxNameLen is the longest name of an attribute that SQS takes.
const maxNameLen = 256

// attributeType is the type that every attribute has; it counts towards the size.
const attributeType = "String"

// Size is what SQS counts towards [MaxBytes]: the body, and each attribute's name,
// type and value.
func (w Wire) Size() int {
	size := len(w.Body)
	for name, value := range w.Attributes {
		size += attributeSize(name, value)
	}
	return size
}

func attributeSize(name, value string) int { return len(name) + len(attributeType) + len(value) }

// ValidText reports whether SQS takes s as a body or as an attribute's value: not
// empty, valid UTF-8, and none of the characters that XML 1.0 cannot hold.
func ValidText(s string) bool {
	for i := 0; i < len(s); {
		if b := s[i]; b < utf8.RuneSelf {
			if b < ' ' && b != '\t' && b != '\n' && b != '\r' {
				return false
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 || r == 0xFFFE || r == 0xFFFF {
			return false
		}
		i += size
	}
	return s != ""
}

// ValidAttributeName reports whether SQS takes s as an attribute's name: letters,
// digits, "_", "-" and "." only, no "." at an end or beside another, and none of the
// prefixes that AWS keeps to itself.
func ValidAttributeName(s string) bool {
	if s == "" || len(s) > maxNameLen || strings.Contains(s, "..") || s[0] == '.' || s[len(s)-1] == '.' {
		return false
	}
	for i := range len(s) {
		switch b := s[i]; {
		case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', '0' <= b && b <= '9', b == '_', b == '-', b == '.':
		default:
			return false
		}
	}
	lower := strings.ToLower(s)
	return !strings.HasPrefix(lower, "aws.") && !strings.HasPrefix(lower, "amazon.")
}
