package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"webhookintake/shared/webhook"
)

// MaxSecret is longer than any provider's secret, in bytes.
const MaxSecret = 4096

// ErrNoTerminal reports that there is no terminal to ask on.
var ErrNoTerminal = errors.New("standard input is not a terminal; give --secret-file or --secret-env instead")

// SecretFlags say where a webhook secret comes from.
type SecretFlags struct {
	file, env string
	prompt    bool
}

// Add adds the flags to a command.
func (f *SecretFlags) Add(c *cobra.Command) {
	c.Flags().StringVar(&f.file, "secret-file", "", "read the secret from a `FILE`, without the line break at its end")
	c.Flags().StringVar(&f.env, "secret-env", "", "read the secret from this environment `VARIABLE`")
	c.Flags().BoolVar(&f.prompt, "secret-prompt", false, "ask for the secret, without showing it")
	c.MarkFlagsMutuallyExclusive(SecretFlagNames()...)
}

// SecretFlagNames lists the flags' names.
func SecretFlagNames() []string { return []string{"secret-file", "secret-env", "secret-prompt"} }

// Given reports whether one of the flags is set.
func (f *SecretFlags) Given() bool { return f.file != "" || f.env != "" || f.prompt }

// Secret returns the secret that the flags name; ok is false if none is set.
func (e *Env) Secret(f SecretFlags) (s webhook.Secret, ok bool, err error) {
	if !f.Given() {
		return s, false, nil
	}
	var text string
	if f.prompt {
		if text, err = e.Password("Secret: "); err != nil {
			return s, false, fmt.Errorf("ask for the secret: %w", err)
		}
	} else if text, err = e.fileOrVariable("secret", f.file, f.env); err != nil {
		return s, false, err
	}
	if text == "" {
		return s, false, errors.New("the secret is empty; give another with --secret-file, --secret-env or --secret-prompt")
	}
	return webhook.NewSecret(text), true, nil
}

// NeedSecret returns the secret that the flags name. Without a flag it asks for it. If
// standard input is not a terminal, it reads that, without the line break at its end.
func (e *Env) NeedSecret(f SecretFlags) (webhook.Secret, error) {
	if f.Given() {
		s, _, err := e.Secret(f)
		return s, err
	}
	text, err := e.Password("Secret: ")
	if errors.Is(err, ErrNoTerminal) {
		var content []byte
		content, err = io.ReadAll(io.LimitReader(e.Stdin, MaxSecret+1))
		text = strings.TrimRight(string(content), "\r\n")
	}
	switch {
	case err != nil:
		return webhook.Secret{}, fmt.Errorf("ask for the secret: %w", err)
	case text == "":
		return webhook.Secret{}, errors.New("the secret is empty; type it, pipe it in, or give --secret-file or --secret-env")
	case len(text) > MaxSecret:
		return webhook.Secret{}, fmt.Errorf("the secret is longer than %d bytes; pipe in the secret alone", MaxSecret)
	}
	return webhook.NewSecret(text), nil
}

// fileOrVariable reads a text from the file, without the line break at its end, or else
// from the environment variable.
func (e *Env) fileOrVariable(what, file, variable string) (string, error) {
	if file == "" {
		return e.Getenv(variable), nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read the %s: %w", what, err)
	}
	return strings.TrimRight(string(content), "\r\n"), nil
}

// errInterrupted reports that the user pressed Ctrl-C at a question.
var errInterrupted = errors.New("interrupted")

// readPassword asks on standard error, so that standard output can be piped on. Ctrl-C ends
// it, and leaves the terminal as it was. It listens for the signal itself: a read from a
// terminal does not end with a context, and goes on until the program ends.
func (e *Env) readPassword(question string) (string, error) {
	file, ok := e.Stdin.(*os.File)
	if !ok || !isTerminal(file) {
		return "", ErrNoTerminal
	}
	terminal := int(file.Fd())
	before, err := term.GetState(terminal)
	if err != nil {
		return "", err
	}
	ctx, stop := signal.NotifyContext(context.Background(), endSignals()...)
	defer stop()
	defer fmt.Fprintln(e.Err)
	fmt.Fprint(e.Err, question)
	var text []byte
	typed := make(chan error, 1)
	go func() {
		var err error
		text, err = term.ReadPassword(terminal)
		typed <- err
	}()
	select {
	case err := <-typed:
		return string(text), err
	case <-ctx.Done():
		return "", errors.Join(errInterrupted, term.Restore(terminal, before))
	}
}
