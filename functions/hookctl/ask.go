package main

import (
	"bufio"
	"errors"
	"fmt"
	"strings"
)

// errNotChanged says that nothing was done.
var errNotChanged = errors.New("nothing was changed")

// confirm asks, unless the answer was given with the command. Its error is [errNotChanged].
func (a *app) confirm(question string, yes bool) error {
	if yes {
		return nil
	}
	if !isTerminal(a.stdin) {
		return fmt.Errorf("%w: standard input is no terminal to ask on; to do it, add --yes", errNotChanged)
	}
	fmt.Fprint(a.stderr, question+" [y/N] ")
	answer, _ := bufio.NewReader(a.stdin).ReadString('\n') // an end without an answer is a no
	if answer = strings.ToLower(strings.TrimSpace(answer)); answer != "y" && answer != "yes" {
		return errNotChanged
	}
	return nil
}
