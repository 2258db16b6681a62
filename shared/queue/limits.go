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
	MaxVisibility = 12 * time.Hour   // of Defer, counted from the receive
	MaxWait       = 20 * time.Second // of Receive
)

// MaxRaw is the longest body of an event, in bytes, before compression. It is a little
// over the 6 MiB that one invocation of a Lambda function can carry, and bounds what
// decompressing a message can cost.
const MaxRaw = 6<<20 + 64<<10

// attributeRoom is the space that a body leaves for the attributes, so that the message
// still fits as a dead letter: names and types of all eight take under 170 bytes, source,
// provider, id, type and the rest under 600, an Origin under 300, a Failure without an
// operator's lists under 2,200.
const attributeRoom = 8 << 10

// maxNameLen is the maximum length of an attribute's name in SQS.
const maxNameLen = 256

// attributeType is the type of every attribute; it counts towards the size.
const attributeType = "String"

// Size returns the size that SQS compares with [MaxBytes]: the body, and each attribute's
// name, type and value.
func (w Wire) Size() int {
	size := len(w.Body)
	for name, value := range w.Attributes {
		size += attributeSize(name, value)
	}
	return size
}

func attributeSize(name, value string) int { return len(name) + len(attributeType) + len(value) }

// ValidText reports whether SQS accepts s as a body or as an attribute's value: it is not
// empty, is valid UTF-8, and has no character that XML 1.0 excludes.
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

// ValidAttributeName reports whether SQS accepts s as an attribute's name: it consists of
// letters, digits, "_", "-" and ".", has no "." at an end or beside another, and has no
// prefix that AWS reserves.
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
