package compliancely

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"webhookintake/shared/webhook"
)

// A pointer is a parsed JSON pointer (RFC 6901): its unescaped reference tokens. There is at
// least one, so it does not point to the whole document.
type pointer []string

// parsePointers parses JSON pointers. Its error joins one [webhook.FieldError] for each text
// that is not one.
func parsePointers(texts []string) ([]pointer, error) {
	if texts != nil && len(texts) == 0 {
		return nil, &webhook.FieldError{
			Field: webhook.FieldKey, Problem: `give JSON pointers such as "/id", or remove it`,
		}
	}
	var pointers []pointer
	var faults []error
	for i, text := range texts {
		p, ok := parsePointer(text)
		if !ok {
			faults = append(faults, &webhook.FieldError{
				Field:   fmt.Sprintf("%s[%d]", webhook.FieldKey, i),
				Problem: `give a JSON pointer such as "/id" or "/consent/consent_link"; write "~" as "~0", "/" in a name as "~1"`,
			})
		}
		pointers = append(pointers, p)
	}
	return pointers, errors.Join(faults...)
}

func parsePointer(text string) (pointer, bool) {
	if text == "" {
		return pointer{}, true
	}
	rest, ok := strings.CutPrefix(text, "/")
	if !ok {
		return nil, false
	}
	tokens := strings.Split(rest, "/")
	for i, token := range tokens {
		if strings.Count(token, "~") != strings.Count(token, "~0")+strings.Count(token, "~1") {
			return nil, false
		}
		// The order matters: "~01" is "~1", not "/".
		tokens[i] = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
	}
	return tokens, true
}

// find returns the value at p in a document of maps and slices.
func (p pointer) find(value any) (any, bool) {
	for _, token := range p {
		switch container := value.(type) {
		case map[string]any:
			member, ok := container[token]
			if !ok {
				return nil, false
			}
			value = member
		case []any:
			i, ok := arrayIndex(token)
			if !ok || i >= len(container) {
				return nil, false
			}
			value = container[i]
		default:
			return nil, false
		}
	}
	return value, true
}

// arrayIndex reads an index as the RFC defines it: digits without a leading zero. The
// element "-", after the last, never exists.
func arrayIndex(token string) (int, bool) {
	i, err := strconv.ParseUint(token, 10, 31)
	if err != nil || strconv.FormatUint(i, 10) != token {
		return 0, false
	}
	return int(i), true
}
