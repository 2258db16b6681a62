package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

const (
	// ask is the value of --sources that asks for the secrets.
	ask = "-"
	// maxDocument is more than any sources document has, in bytes.
	maxDocument = 1 << 20
)

// A sources is the sources that a run receives from.
type sources struct {
	set source.Set
	// from says where the user's own sources are; empty means the samples'.
	from string
	doc  []byte // the user's own document
}

// readSources returns the sources in the file, or else those in the variable SOURCES, or
// else the samples'.
func readSources(e *cli.Env, file string) (s sources, err error) {
	switch {
	case file == ask:
		s.from = "standard input"
		s.doc, err = askForSources(e)
	case file != "":
		s.from = file
		s.doc, err = os.ReadFile(file)
	case e.Getenv("SOURCES") != "":
		s.from, s.doc = "SOURCES", []byte(e.Getenv("SOURCES"))
	default:
		return sources{set: dialect.Sources()}, nil
	}
	if err == nil {
		s.set, err = source.Parse(s.doc, source.ParseOptions{AllowSample: true})
	}
	if err == nil && len(s.set) == 0 {
		err = errors.New("there is no source in it")
	}
	if err == nil {
		err = s.set.Faults()
	}
	if err != nil {
		return sources{}, fmt.Errorf("read the sources of %s: %w", s.from, err)
	}
	return s, nil
}

// askForSources asks for the secret of each provider. If standard input is not a terminal,
// it is the document.
func askForSources(e *cli.Env) ([]byte, error) {
	type entry struct {
		Secrets []string `json:"secrets"`
	}
	entries := map[string]entry{}
	for _, d := range dialect.All() {
		name := d.Provider.Name()
		secret, err := askForSecret(e, name)
		if errors.Is(err, cli.ErrNoTerminal) {
			return io.ReadAll(io.LimitReader(e.Stdin, maxDocument))
		}
		if err != nil {
			return nil, err
		}
		if secret != "" {
			entries[name] = entry{[]string{secret}}
		}
	}
	return json.Marshal(entries)
}

// askForSecret asks for the secret of a source until it gets a usable one, or none.
func askForSecret(e *cli.Env, name string) (string, error) {
	for {
		secret, err := e.Password("Secret of " + name + " (Enter if you have none): ")
		if err != nil || secret == "" {
			return "", err
		}
		problem := source.SecretProblem(webhook.NewSecret(secret))
		if problem == "" {
			return secret, nil
		}
		e.Err.Text("The secret %s. Give it again:", problem)
	}
}
