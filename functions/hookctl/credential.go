package main

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"webhookintake/shared/webhook"
)

// A credentialFlags says where a credential for a provider's API comes from: never from
// an argument. Without a flag it is asked for.
type credentialFlags struct {
	name      string // "token" or "password"
	file, env string
}

func (f *credentialFlags) add(c *cobra.Command, what string) {
	c.Flags().StringVar(&f.file, f.name+"-file", "", "read "+what+" from a `FILE`")
	c.Flags().StringVar(&f.env, f.name+"-env", "", "read "+what+" from this environment `VARIABLE`")
	c.MarkFlagsMutuallyExclusive(f.name+"-file", f.name+"-env")
}

func (a *app) credential(f credentialFlags) (s webhook.Secret, err error) {
	var text string
	switch {
	case f.file != "":
		content, err := os.ReadFile(f.file)
		if err != nil {
			return s, fmt.Errorf("read the %s: %w", f.name, err)
		}
		text = strings.TrimRight(string(content), "\r\n")
	case f.env != "":
		text = a.getenv(f.env)
	default:
		text, err = a.prompt(a.stdin, a.stderr, strings.ToUpper(f.name[:1])+f.name[1:]+": ")
		if errors.Is(err, errNoTerminal) {
			return s, fmt.Errorf("standard input is no terminal to ask for the %[1]s; give --%[1]s-file or --%[1]s-env", f.name)
		}
		if err != nil {
			return s, fmt.Errorf("ask for the %s: %w", f.name, err)
		}
	}
	if text == "" {
		return s, fmt.Errorf("the %[1]s is empty; put it where --%[1]s-file or --%[1]s-env looks for it, or type it", f.name)
	}
	return webhook.NewSecret(text), nil
}

// An apiFlags says which API is asked, and with which token.
type apiFlags struct {
	url   string // empty: the provider's own
	token credentialFlags
}

func (f *apiFlags) add(c *cobra.Command, token string) {
	f.token.name = "token"
	f.token.add(c, token)
	c.Flags().StringVar(&f.url, "api", "", "ask at this `URL` in place of the provider's own")
}

// kycFlags are those of an API that has a second host, for trying out.
type kycFlags struct {
	apiFlags
	staging bool
}

func (f *kycFlags) add(c *cobra.Command) {
	f.apiFlags.add(c, "the API's token")
	c.Flags().BoolVar(&f.staging, "staging", false, "ask the provider's staging host")
	c.MarkFlagsMutuallyExclusive("staging", "api")
}

// base is the API's address, which has to be safe for a token: the flag's, or otherwise.
func (f *apiFlags) base(otherwise string) (string, error) {
	if f.url != "" && !isHTTPS(f.url) && !isLoopback(f.url) {
		return "", &usageError{errors.New("--api has to be an https URL: it gets the token")}
	}
	return cmp.Or(f.url, otherwise), nil
}

func isHTTPS(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "https" && u.Host != ""
}

// isTerminal reports whether a stream leads to a person.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
