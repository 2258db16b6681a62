package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/sample"
	"webhookintake/shared/webhook"
)

func (a *app) signCommand() *cobra.Command {
	var flags messageFlags
	var curl bool
	c := &cobra.Command{
		Use:   "sign [SAMPLE]",
		Short: "Print the signed headers of a webhook, or a curl command",
		Long: `sign signs a body as its provider would, now, and prints the headers. With --curl it
prints the whole command. It signs with the sample secret of the provider, which
"hookctl run" takes, unless a flag says where another secret is.`,
		Example: `  go tool hookctl sign text.incoming.sms --curl
  go tool hookctl sign --provider kyc --file body.json --secret-env KYC_SECRET
  jq -c . body.json | go tool hookctl sign --provider compliancely --file -`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: cobra.FixedCompletions(sample.Names(), cobra.ShellCompDirectiveNoFileComp),
		RunE: a.command(func(_ context.Context, args []string) error {
			m, err := a.message(flags, args)
			if err != nil {
				return err
			}
			r := m.sign(a.now())
			if !curl {
				return printHeaders(a.stdout, r)
			}
			text, err := curlCommand(sample.URL(m.url, r), r, flags.file)
			if err != nil {
				return err
			}
			fmt.Fprintln(a.stdout, text)
			return nil
		}),
	}
	flags.add(c)
	c.Flags().BoolVar(&curl, "curl", false, "print a command that sends it")
	return c
}

// printHeaders prints what makes r authentic: its headers, or else the query of its URL.
func printHeaders(w io.Writer, r webhook.Request) error {
	if len(r.Query) > 0 {
		if _, err := fmt.Fprintln(w, "?"+r.Query.Encode()); err != nil {
			return fmt.Errorf("print the query: %w", err)
		}
	}
	for _, line := range headerLines(r.Header) {
		if _, err := fmt.Fprintln(w, line); err != nil {
			return fmt.Errorf("print headers: %w", err)
		}
	}
	return nil
}

func headerLines(h http.Header) []string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			lines = append(lines, name+": "+value)
		}
	}
	return lines
}

// curlCommand is a command for a POSIX shell that sends r. The body stands in it unless
// it comes from a file, which is named.
func curlCommand(url string, r webhook.Request, file string) (string, error) {
	parts := []string{"curl -sS " + quote(url), "-H 'Content-Type: application/json'"}
	for _, line := range headerLines(r.Header) {
		parts = append(parts, "-H "+quote(line))
	}
	switch {
	case file != "" && file != "-":
		parts = append(parts, "--data-binary "+quote("@"+file))
	case bytes.IndexByte(r.Body, 0) >= 0:
		return "", errors.New("no shell can pass on a body with a zero byte; put it into a file and give --file")
	default:
		parts = append(parts, "--data-raw "+quote(string(r.Body)))
	}
	return strings.Join(parts, " \\\n  "), nil
}

// quote makes text one word for a POSIX shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
