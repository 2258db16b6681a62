package run

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"unicode/utf8"
)

// envFileRules say how an environment file is read, for the help.
const envFileRules = `An environment file has a line NAME=VALUE for each setting. Blank lines, lines that begin
with #, the word export before a name, and what follows a blank and # are left out. A value
in '…' is taken as it stands; in "…" \n, \t, \" and \\ are escapes. Nothing is expanded, and
a value ends with its line. A variable that the environment has, too, keeps that value.`

// withEnvFile returns a getenv that falls back to an environment file, see [envFileRules].
// Without a file it is getenv.
func withEnvFile(getenv func(string) string, path string) (func(string) string, error) {
	if path == "" {
		return getenv, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	variables, err := parseEnvFile(string(text))
	if err != nil {
		return nil, fmt.Errorf("read the settings: %s: %w", path, err)
	}
	return func(name string) string { return cmp.Or(getenv(name), variables[name]) }, nil
}

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// parseEnvFile reads the text of an environment file. Its error names the line, and quotes
// nothing of it.
func parseEnvFile(text string) (map[string]string, error) {
	if !utf8.ValidString(text) {
		return nil, errors.New("it is not UTF-8 text; save it as UTF-8")
	}
	variables := map[string]string{}
	number := 0
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, rest, found := strings.Cut(line, "=")
		if word, after, ok := strings.Cut(name, " "); ok && word == "export" {
			name = after
		}
		name = strings.TrimSpace(name)
		if !found || !variableName.MatchString(name) {
			return nil, fmt.Errorf("line %d: want NAME=VALUE, with a name of letters, digits and _", number)
		}
		if _, twice := variables[name]; twice {
			return nil, fmt.Errorf("line %d: %s is set twice; remove one", number, name)
		}
		value, problem := envValue(strings.TrimSpace(rest))
		if problem != "" {
			return nil, fmt.Errorf("line %d: the value of %s %s", number, name, problem)
		}
		variables[name] = value
	}
	return variables, nil
}

var (
	singleQuoted = regexp.MustCompile(`^'([^']*)'(?:\s+#.*)?$`)
	doubleQuoted = regexp.MustCompile(`^"((?:[^"\\]|\\.)*)"(?:\s+#.*)?$`)
	comment      = regexp.MustCompile(`(?:^|\s)#.*`)
	escapes      = strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\"`, `"`, `\\`, `\`)
)

// envValue returns the value that a text stands for, or what is wrong with it.
func envValue(text string) (value, problem string) {
	if quoted := singleQuoted.FindStringSubmatch(text); quoted != nil {
		return quoted[1], ""
	}
	if quoted := doubleQuoted.FindStringSubmatch(text); quoted != nil {
		return escapes.Replace(quoted[1]), ""
	}
	if strings.HasPrefix(text, "'") || strings.HasPrefix(text, `"`) {
		return "", "begins with a quotation mark and does not end with it"
	}
	return strings.TrimSpace(comment.ReplaceAllString(text, "")), ""
}
