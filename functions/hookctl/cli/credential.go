package cli

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"webhookintake/shared/webhook"
)

// CredentialFlags say where a credential for a provider's API comes from. If none is set,
// the user is asked for it.
type CredentialFlags struct {
	Name      string // "token" or "password"
	File, Env string
}

// Add adds the flags to a command. What names the credential in the help.
func (f *CredentialFlags) Add(c *cobra.Command, what string) {
	c.Flags().StringVar(&f.File, f.Name+"-file", "", "read "+what+" from a `FILE`")
	c.Flags().StringVar(&f.Env, f.Name+"-env", "", "read "+what+" from this environment `VARIABLE`")
	c.MarkFlagsMutuallyExclusive(f.Name+"-file", f.Name+"-env")
}

// Given reports whether one of the flags is set.
func (f *CredentialFlags) Given() bool { return f.File != "" || f.Env != "" }

// Credential returns the credential that the flags name, or asks for it.
func (e *Env) Credential(f CredentialFlags) (s webhook.Secret, err error) {
	var text string
	if f.Given() {
		if text, err = e.fileOrVariable(f.Name, f.File, f.Env); err != nil {
			return s, err
		}
	} else {
		text, err = e.Password(strings.ToUpper(f.Name[:1]) + f.Name[1:] + ": ")
		if errors.Is(err, ErrNoTerminal) {
			return s, fmt.Errorf("standard input is not a terminal, so hookctl cannot ask for the %[1]s; give --%[1]s-file or --%[1]s-env", f.Name)
		}
		if err != nil {
			return s, fmt.Errorf("ask for the %s: %w", f.Name, err)
		}
	}
	if text == "" {
		return s, fmt.Errorf("the %[1]s is empty; give another with --%[1]s-file or --%[1]s-env, or type it", f.Name)
	}
	return webhook.NewSecret(text), nil
}

// APIFlags name a provider's API and its token.
type APIFlags struct {
	URL   string // empty: the provider's own
	Token CredentialFlags
}

// Add adds the flags to a command. Token names the token in the help.
func (f *APIFlags) Add(c *cobra.Command, token string) {
	f.Token.Name = "token"
	f.Token.Add(c, token)
	c.Flags().StringVar(&f.URL, "api", "", "send requests to this `URL` instead of the provider's own")
}

// Base returns the API's address: the flag's, or else the provider's own. The address has
// to be https or on this machine, because it receives the token.
func (f *APIFlags) Base(own string) (string, error) {
	if f.URL != "" && !IsHTTPS(f.URL) && !IsLoopback(f.URL) {
		return "", BadValue("api", f.URL, "an https URL, because it receives the token")
	}
	return cmp.Or(f.URL, own), nil
}
