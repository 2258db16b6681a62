package samples

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A chat is the state of a conversation. The zero chat has not begun.
type chat struct {
	Answers int    `json:"answers,omitempty"` // answers since it began
	Name    string `json:"name,omitempty"`    // empty if not known yet
	Stopped bool   `json:"stopped,omitempty"` // the person wants no more messages
}

const (
	maxName = 40 // characters; a longer text is hardly a name
	// maxAnswers is how many messages are answered until the person writes START: a program
	// at the other end would continue forever.
	maxAnswers = 20

	goodbye  = "You will get no more messages from us. Write START to talk again."
	askAgain = "Sorry, what is your name?"
)

// hear takes the next message. It returns the new state of the conversation, and what to
// say; empty to say nothing.
func (c chat) hear(text, greeting string) (next chat, say string) {
	text = strings.TrimSpace(text)
	switch keyword(text) {
	case "STOP":
		if c.Stopped {
			return c, ""
		}
		return chat{Stopped: true}, goodbye
	case "START":
		c = chat{}
	}
	if c.Stopped || c.Answers == maxAnswers {
		return c, ""
	}
	c.Answers++
	switch {
	case c.Answers == 1:
		return c, greeting
	case c.Name != "":
		return c, "Thank you, " + c.Name + ", we will look into it."
	case text == "" || utf8.RuneCountInString(text) > maxName:
		return c, askAgain
	}
	c.Name = text
	return c, "Nice to meet you, " + c.Name + ". What can we do for you?"
}

// keyword returns a text in capitals and without what is around its words, so that "Stop." is
// a STOP.
func keyword(text string) string {
	return strings.ToUpper(strings.TrimFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }))
}
