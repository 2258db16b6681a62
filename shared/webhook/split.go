package webhook

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// splitMembers cuts a JSON object into its members. The text must be valid JSON: then
// every bracket and quote is where it is expected, and no bound needs a check. It is
// here because decoding into a map costs more than the rest of verifying a request.
func splitMembers(text []byte) Object {
	o := Object{}
	rest := skipSpace(text[1:])
	for rest[0] != '}' {
		end := stringLen(rest)
		name := unquote(rest[:end])
		rest = skipSpace(rest[end:])
		rest = skipSpace(rest[1:]) // the colon
		end = valueLen(rest)
		o[name] = json.RawMessage(rest[:end:end])
		rest = skipSpace(rest[end:])
		if rest[0] == ',' {
			rest = skipSpace(rest[1:])
		}
	}
	return o
}

func skipSpace(text []byte) []byte { return bytes.TrimLeft(text, " \t\r\n") }

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

// stringLen is the length of the string that text begins with, both quotes included.
func stringLen(text []byte) int {
	for i := 1; ; i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
}

// unquote reads a valid JSON string.
func unquote(quoted []byte) string {
	inner := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return string(inner)
	}
	var s string
	// Of valid JSON there is no error; escapes and invalid UTF-8 are for the decoder.
	_ = json.Unmarshal(quoted, &s)
	return s
}
