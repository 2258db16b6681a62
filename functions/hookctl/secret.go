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
