package webhook

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// usualFields is a number of fields that most bodies do not exceed.
const usualFields = 8

// splitMembers splits a JSON object into its members. The text must be valid JSON, so
// that brackets and quotes are balanced and no index is out of range. Decoding into a map
// instead would cost more than the rest of verifying a request.
func splitMembers(text []byte) []member {
	members := make([]member, 0, usualFields)
	rest := skipSpace(text[1:])
	for rest[0] != '}' {
		end := stringLen(rest)
		quoted := rest[:end]
		rest = skipSpace(rest[end:])
		rest = skipSpace(rest[1:]) // the colon
		end = valueLen(rest)
		members = append(members, member{quoted, rest[:end:end]})
		rest = skipSpace(rest[end:])
		if rest[0] == ',' {
			rest = skipSpace(rest[1:])
		}
	}
	return members
}

// skipSpace removes white space from the start of text. Between the tokens of valid JSON,
// characters up to a space are white space.
func skipSpace(text []byte) []byte {
	for text[0] <= ' ' {
		text = text[1:]
	}
	return text
}

// valueLen is the length of the value that text begins with.
func valueLen(text []byte) int {
	switch text[0] {
	case '"':
		return stringLen(text)
	case '{', '[':
		return nestedLen(text)
	}
	return bytes.IndexAny(text, ",} \t\r\n")
}

// nestedLen is the length of the object or array that text begins with.
func nestedLen(text []byte) int {
	depth := 0
	for i := 0; ; i++ {
		switch text[i] {
		case '"':
			i += stringLen(text[i:]) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
}

// stringLen is the length of the string that text begins with, including both quotes. It
// searches for the next quote, which is much faster than looking at each byte.
func stringLen(text []byte) int {
	for i := 1; ; i++ {
		i += bytes.IndexByte(text[i:], '"')
		backslashes := i - len(bytes.TrimRight(text[:i], `\`))
		if backslashes%2 == 0 { // an odd one escapes the quote
			return i + 1
		}
	}
}

// quotes reports whether the quoted JSON string, which must be valid, means name.
func quotes(quoted []byte, name string) bool {
	if inner := quoted[1 : len(quoted)-1]; isPlain(inner) {
		return string(inner) == name
	}
	return unquote(quoted) == name
}

// isPlain reports whether the text between the quotes is the string itself, without
// escapes and invalid UTF-8.
func isPlain(inner []byte) bool {
	return bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner)
}

// unquote reads a valid JSON string.
func unquote(quoted []byte) string {
	if inner := quoted[1 : len(quoted)-1]; isPlain(inner) {
		return string(inner)
	}
	var s string
	_ = json.Unmarshal(quoted, &s) // it cannot fail on valid JSON
	return s
}
