package samples

import (
	"strings"
	"testing"
)

const greeting = "Hello! What is your name?"

func TestHear(t *testing.T) {
	t.Parallel()
	const meet, thank = "Nice to meet you, Ann. What can we do for you?", "Thank you, Ann, we will look into it."
	for _, tt := range []struct {
		name  string
		texts []string
		want  []string // the answer to each
	}{
		{"asks and answers", []string{"hi", " Ann\n", "a cake", "two cakes"}, []string{greeting, meet, thank, thank}},
		{"no name", []string{"hi", "", strings.Repeat("x", 41), "Ann"}, []string{greeting, askAgain, askAgain, meet}},
		{"the longest name", []string{"hi", strings.Repeat("é", 40)}, []string{greeting, "Nice to meet you, " + strings.Repeat("é", 40) + ". What can we do for you?"}},
		{"stop", []string{"hi", "stop", "STOP", "Ann", "hello?"}, []string{greeting, goodbye, "", "", ""}},
		{"stop at once", []string{" Stop "}, []string{goodbye}},
		{"stop as people write it", []string{"hi", "Stop.", "start!", "\"STOP\" \U0001F621", "Ann"}, []string{greeting, goodbye, greeting, goodbye, ""}},
		{"stop with what cannot be seen", []string{"\u200bstop\ufeff"}, []string{goodbye}},
		{"stop in a sentence", []string{"hi", "don't stop"}, []string{greeting, "Nice to meet you, don't stop. What can we do for you?"}},
		{"start again", []string{"hi", "Ann", "stop", "start", "Ann"}, []string{greeting, meet, goodbye, greeting, meet}},
		{"start over", []string{"hi", "Ann", "START", "Ann"}, []string{greeting, meet, greeting, meet}},
		{"begun with start", []string{"START", "Ann"}, []string{greeting, meet}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var c chat
			for i, text := range tt.texts {
				var say string
				if c, say = c.hear(text, greeting); say != tt.want[i] {
					t.Errorf("to %q it says %q, want %q", text, say, tt.want[i])
				}
			}
		})
	}
}

// Two programs that answer each other stop, and a person can begin again.
func TestHearEnds(t *testing.T) {
	t.Parallel()
	var c chat
	said, text := 0, "hello"
	for range 100 {
		var say string
		if c, say = c.hear(text, greeting); say != "" {
			said++
			text = say
		}
	}
	if said != maxAnswers {
		t.Errorf("%d answers to a program, want %d", said, maxAnswers)
	}
	if _, say := c.hear("start", greeting); say != greeting {
		t.Errorf("after START it says %q", say)
	}
}
