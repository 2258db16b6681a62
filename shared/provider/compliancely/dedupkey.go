package compliancely

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"webhookintake/shared/webhook"
)

// keyID returns the dedup id of the values at the pointers in the resource: the hash of the
// JSON array [type, values…]. There is no key if a value is missing.
func keyID(hash webhook.Hasher, pointers []pointer, eventType string, resource []byte) (id string, ok bool) {
	if len(pointers) == 0 {
		return "", false
	}
	decoder := json.NewDecoder(bytes.NewReader(resource))
	decoder.UseNumber()
	var document any
	if err := decoder.Decode(&document); err != nil {
		return "", false
	}
	array := []any{eventType}
	for _, p := range pointers {
		value, found := p.find(document)
		if !found {
			return "", false
		}
		array = append(array, canonical(value))
	}
	text, ok := encode(array)
	if !ok {
		return "", false
	}
	return hash.Values(text), true
}

// encode writes the value as JSON without spaces, with members sorted by name. It refuses a
// value with the replacement character: two different values could have the same encoding,
// and the second event would be dropped as a duplicate.
func encode(value any) (text []byte, ok bool) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, false
	}
	text = bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))
	return text, !bytes.ContainsRune(text, utf8.RuneError)
}

// canonical rewrites the numbers in value so that equal numbers have equal texts.
func canonical(value any) any {
	switch value := value.(type) {
	case json.Number:
		return json.Number(canonicalNumber(string(value)))
	case []any:
		for i := range value {
			value[i] = canonical(value[i])
		}
	case map[string]any:
		for name := range value {
			value[name] = canonical(value[name])
		}
	}
	return value
}

// maxPlainLen is the number of digits up to which a number is written without an exponent.
const maxPlainLen = 21

// canonicalNumber writes a JSON number without redundant zeros: 70001, 0.5, 1e300. It works
// on the text, because two different long ids can have the same float64. A number whose
// exponent does not fit into an int32 stays as it is.
func canonicalNumber(text string) string {
	sign := ""
	if digits, negative := strings.CutPrefix(text, "-"); negative {
		sign, text = "-", digits
	}
	mantissa, exponentText, hasExponent := strings.Cut(strings.ToLower(text), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	if digits == "" {
		return "0"
	}
	exponent := 0
	if hasExponent {
		given, err := strconv.ParseInt(exponentText, 10, 32)
		if err != nil {
			return sign + text
		}
		exponent = int(given)
	}
	exponent -= len(fraction)
	trimmed := strings.TrimRight(digits, "0")
	exponent += len(digits) - len(trimmed)
	return sign + writeNumber(trimmed, exponent)
}

// writeNumber writes digits × 10^exponent.
func writeNumber(digits string, exponent int) string {
	point := len(digits) + exponent // the position of the decimal point, counted from the left
	switch {
	case exponent >= 0 && point <= maxPlainLen:
		return digits + strings.Repeat("0", exponent)
	case exponent < 0 && point > 0:
		return digits[:point] + "." + digits[point:]
	case exponent < 0 && point > -maxPlainLen:
		return "0." + strings.Repeat("0", -point) + digits
	}
	return digits + "e" + strconv.Itoa(exponent)
}
