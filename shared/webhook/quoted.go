package webhook

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

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

// unquote reads a valid JSON string, as encoding/json does, but faster if it is long.
func unquote(quoted []byte) string {
	inner := quoted[1 : len(quoted)-1]
	if isPlain(inner) {
		return string(inner)
	}
	if text, ok := unescape(inner); ok {
		return text
	}
	var s string
	_ = json.Unmarshal(quoted, &s) // it cannot fail on valid JSON
	return s
}

// escapes has the character that each one after a backslash stands for, except u.
var escapes = [256]byte{'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', '"': '"', '\\': '\\', '/': '/'}

// unescape reads what stands between the quotes of a valid JSON string. It leaves invalid
// UTF-8 and surrogates to encoding/json.
func unescape(inner []byte) (text string, ok bool) {
	if !utf8.Valid(inner) {
		return "", false
	}
	var b strings.Builder
	b.Grow(len(inner))
	for {
		n := bytes.IndexByte(inner, '\\')
		if n < 0 {
			b.Write(inner)
			return b.String(), true
		}
		b.Write(inner[:n])
		escape := inner[n+1]
		inner = inner[n+2:]
		if escape != 'u' {
			b.WriteByte(escapes[escape])
			continue
		}
		code, _ := strconv.ParseUint(string(inner[:4]), 16, 16)
		if utf16.IsSurrogate(rune(code)) {
			return "", false
		}
		b.WriteRune(rune(code))
		inner = inner[4:]
	}
}
