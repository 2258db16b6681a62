package vault

import (
	"net"
	"strings"
)

// ValidBucket reports whether a bucket can have this name:
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
func ValidBucket(name string) bool {
	if len(name) < 3 || len(name) > 63 || strings.Contains(name, "..") || net.ParseIP(name) != nil {
		return false
	}
	for i, c := range []byte(name) {
		if alphanumeric := c >= 'a' && c <= 'z' || c >= '0' && c <= '9'; alphanumeric {
			continue
		}
		if c != '-' && c != '.' || i == 0 || i == len(name)-1 {
			return false
		}
	}
	return true
}
