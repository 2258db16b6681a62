package operate

import "unicode/utf8"

// PayloadText returns a payload as text for JSON, or as bytes if it is not UTF-8, which text
// in JSON cannot hold.
func PayloadText(payload []byte) (text string, bytes []byte) {
	if utf8.Valid(payload) {
		return string(payload), nil
	}
	return "", payload
}
