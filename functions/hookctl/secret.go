package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"webhookintake/shared/webhook"
)

// A secretFlags says where the secret comes from. It never comes as an argument, which
// other users of the machine and the shell's history could read.
type secretFlags struct {
	file, env string
	prompt    bool
}

func (f *secretFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.file, "secret-file", "", "read the secret from a `FILE`, without the line break at its end")
	c.Flags().StringVar(&f.env, "secret-env", "", "read the secret from this environment `VARIABLE`")
	c.Flags().BoolVar(&f.prompt, "secret-prompt", false, "ask for the secret, without showing it")
	c.MarkFlagsMutuallyExclusive("secret-file", "secret-env", "secret-prompt")
}

// given reports whether the flags point at a secret.
func (f *secretFlags) given() bool { return f.file != "" || f.env != "" || f.prompt }

// askSecret gives the secret that the flags point at; without one it asks on a terminal,
// and else reads what is piped in, without the line break at its end.
func (a *app) askSecret(f secretFlags) (webhook.Secret, error) {
	if f.given() {
		s, _, err := a.secret(f)
		return s, err
	}
	text, err := a.prompt(a.stdin, a.stderr, "Secret: ")
	if errors.Is(err, errNoTerminal) {
		var content []byte
		content, err = io.ReadAll(io.LimitReader(a.stdin, maxSecret+1))
		text = strings.TrimRight(string(content), "\r\n")
	}
	switch {
	case err != nil:
		return webhook.Secret{}, fmt.Errorf("ask for the secret: %w", err)
	case text == "":
		return webhook.Secret{}, errors.New("the secret is empty; type it, pipe it in, or give --secret-file or --secret-env")
	case len(text) > maxSecret:
		return webhook.Secret{}, fmt.Errorf("the secret is over %d bytes; what is piped in has to be the secret alone", maxSecret)
	}
	return webhook.NewSecret(text), nil
}

// maxSecret is more than any provider's secret has, in bytes.
const maxSecret = 4096

// secret gives the secret that the flags point at; ok is false where they point at none.
func (a *app) secret(f secretFlags) (s webhook.Secret, ok bool, err error) {
	var text string
	switch {
	case f.file != "":
		content, err := os.ReadFile(f.file)
		if err != nil {
			return s, false, fmt.Errorf("read the secret: %w", err)
		}
		text = strings.TrimRight(string(content), "\r\n")
	case f.env != "":
		text = a.getenv(f.env)
	case f.prompt:
		if text, err = a.prompt(a.stdin, a.stderr, "Secret: "); err != nil {
			return s, false, fmt.Errorf("ask for the secret: %w", err)
		}
	default:
		return s, false, nil
	}
	if text == "" {
		return s, false, errors.New("the secret is empty; put it where --secret-file, --secret-env or --secret-prompt looks for it")
	}
	return webhook.NewSecret(text), true, nil
}

// errNoTerminal says that there is nobody to ask.
var errNoTerminal = errors.New("standard input is no terminal; give --secret-file or --secret-env instead")

// promptSecret asks on stderr, so that what is printed on stdout can be piped on.
func promptSecret(stdin io.Reader, stderr io.Writer, question string) (string, error) {
	file, ok := stdin.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return "", errNoTerminal
	}
	fmt.Fprint(stderr, question)
	text, err := term.ReadPassword(int(file.Fd()))
	fmt.Fprintln(stderr)
	return string(text), err
}
