package webhook

import (
	"encoding/binary"
	"math/bits"
)

// maxDepth is how deep encoding/json lets objects and arrays be nested.
const maxDepth = 10_000

// valid reports whether text is valid JSON, as [json.Valid] does. It reads strings, which most
// of a long body is, eight bytes at a time, and so takes a third of the time even if every
// tenth character is escaped.
func valid(text []byte) bool {
	c := checker{text: text}
	return c.value() && c.ends()
}

// A checker checks text from at on. Its methods report whether they found what their names
// say, and then at is behind that.
type checker struct {
	text  []byte
	at    int
	depth int
}

// peek skips white space and returns the next byte, or 0 at the end of the text. A byte 0 in
// the text is not valid anywhere.
func (c *checker) peek() byte {
	for ; c.at < len(c.text); c.at++ {
		switch b := c.text[c.at]; b {
		case ' ', '\t', '\r', '\n':
		default:
			return b
		}
	}
	return 0
}

// ends reports whether nothing but white space follows.
func (c *checker) ends() bool { return c.peek() == 0 && c.at == len(c.text) }

func (c *checker) value() bool {
	switch c.peek() {
	case '{':
		return c.list('}', (*checker).anyMember)
	case '[':
		return c.list(']', (*checker).value)
	case '"':
		return c.quoted()
	case 't':
		return c.word("true")
	case 'f':
		return c.word("false")
	case 'n':
		return c.word("null")
	}
	return c.number()
}

// list is an object or an array, whose elements are of the kind given, up to the bracket that
// ends it.
func (c *checker) list(end byte, element func(*checker) bool) bool {
	if c.depth++; c.depth > maxDepth {
		return false
	}
	c.at++ // the opening bracket
	if c.peek() == end {
		c.at++
		c.depth--
		return true
	}
	for element(c) {
		switch c.peek() {
		case ',':
			c.at++
		case end:
			c.at++
			c.depth--
			return true
		default:
			return false
		}
	}
	return false
}

func (c *checker) anyMember() bool {
	_, ok := c.member()
	return ok
}

func (c *checker) member() (m member, ok bool) {
	if c.peek() != '"' {
		return m, false
	}
	from := c.at
	if !c.quoted() {
		return m, false
	}
	m.quoted = c.text[from:c.at]
	if c.peek() != ':' {
		return m, false
	}
	c.at++
	c.peek()
	from = c.at
	ok = c.value()
	m.value = c.text[from:c.at:c.at]
	return m, ok
}

func (c *checker) word(w string) bool {
	if rest := c.text[c.at:]; len(rest) < len(w) || string(rest[:len(w)]) != w {
		return false
	}
	c.at += len(w)
	return true
}

func (c *checker) number() bool {
	c.skip('-')
	if !c.skip('0') && !c.digits() {
		return false
	}
	if c.skip('.') && !c.digits() {
		return false
	}
	if !c.skip('e') && !c.skip('E') {
		return true
	}
	if !c.skip('+') {
		c.skip('-')
	}
	return c.digits()
}

// skip skips the next byte if it is b, and reports whether it is.
func (c *checker) skip(b byte) bool {
	if c.at == len(c.text) || c.text[c.at] != b {
		return false
	}
	c.at++
	return true
}

func (c *checker) digits() bool {
	from := c.at
	for c.at < len(c.text) && '0' <= c.text[c.at] && c.text[c.at] <= '9' {
		c.at++
	}
	return c.at > from
}

func (c *checker) quoted() bool {
	c.at++ // the opening quote
	for {
		c.at += plainLen(c.text[c.at:])
		switch {
		case c.skip('"'):
			return true
		case !c.skip('\\') || !c.escape():
			return false
		}
	}
}

// escape is what follows a backslash.
func (c *checker) escape() bool {
	if c.at == len(c.text) {
		return false
	}
	switch c.text[c.at] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		c.at++
		return true
	case 'u':
		for range 4 {
			if c.at++; c.at == len(c.text) || !isHex(c.text[c.at]) {
				return false
			}
		}
		c.at++
		return true
	}
	return false
}

func isHex(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b && b <= 'f' || 'A' <= b && b <= 'F'
}

const (
	ones  = 0x0101010101010101 // 1 in each of eight bytes
	highs = 0x8080808080808080 // the highest bit of each
)

// plainLen returns how many bytes stand before the first quote, backslash or control
// character of text; all of it if there is none.
func plainLen(text []byte) int {
	n := 0
	for ; n+8 <= len(text); n += 8 {
		w := binary.LittleEndian.Uint64(text[n:])
		if marks := below(w, ' ') | below(w^ones*'"', 1) | below(w^ones*'\\', 1); marks != 0 {
			return n + bits.TrailingZeros64(marks)/8
		}
	}
	for n < len(text) && text[n] >= ' ' && text[n] != '"' && text[n] != '\\' {
		n++
	}
	return n
}

// below sets the highest bit of the lowest byte of w that is under limit, which is at most
// 128. Bits of higher bytes may be set too, but none if no byte is under limit.
func below(w, limit uint64) uint64 { return (w - ones*limit) &^ w & highs }
