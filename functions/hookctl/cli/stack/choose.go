package stack

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Choice says which intake a command works on, and what chose it.
type Choice struct {
	Name            string // of the deployed stack; empty for another intake
	Region, Profile string // where samconfig.toml says that the stack is
	Here            bool   // the hookctl run of this machine
	From            string // what chose it; empty if the command line or engines' variables did
}

// A Lookup is where [Lookup.Choose] looks for what a command line does not say.
type Lookup struct {
	Getenv func(string) string
	// Running reports whether a hookctl run of this machine can be asked. Nil means that none
	// can.
	Running func() bool
	// Folder is a folder of the clone, whose samconfig.toml is read. Empty means that none is.
	Folder string
}

// nameVariable is the variable that names a deployed stack.
const nameVariable = "HOOKCTL_STACK"

// ErrAmbiguous reports that the environment names both a deployed stack and engines.
var ErrAmbiguous = errors.New("HOOKCTL_STACK names a deployed stack, and another variable names an engine")

// Choose returns what a command works on. It is the first of these:
//
//  1. the deployed stack that --stack names
//  2. the one that HOOKCTL_STACK names
//  3. the engines that the functions' variables name, such as QUEUE_URL and TABLE_NAME
//  4. the hookctl run of this machine, if one runs
//  5. the deployed stack of the default environment of samconfig.toml
//
// The second and the third together are [ErrAmbiguous]: one of them is probably left over, and
// a change must not go to the wrong place. If it is nothing of all, the Choice is zero.
func (l Lookup) Choose(flag string) (Choice, error) {
	engine := l.engine()
	switch name := l.Getenv(nameVariable); {
	case flag != "":
		return Choice{Name: flag}, nil
	case name != "" && engine != "":
		return Choice{}, fmt.Errorf("%w, %s: unset one of them, or give --stack", ErrAmbiguous, engine)
	case name != "":
		return Choice{Name: name, From: nameVariable}, nil
	case engine != "":
		return Choice{}, nil
	case l.Running != nil && l.Running():
		return Choice{Here: true}, nil
	}
	return l.samconfig()
}

// engine returns a variable that names an engine, or the empty string.
func (l Lookup) engine() string {
	for _, variable := range slices.Sorted(maps.Values(variables)) {
		if l.Getenv(variable) != "" {
			return variable
		}
	}
	return ""
}

// samconfigName is the file of SAM CLI's settings, in the root of the module.
const samconfigName = "samconfig.toml"

// samconfig returns the stack to which `sam deploy` deploys.
func (l Lookup) samconfig() (Choice, error) {
	if l.Folder == "" {
		return Choice{}, nil
	}
	folder, err := filepath.Abs(l.Folder)
	if err != nil {
		return Choice{}, fmt.Errorf("look for %s: %w", samconfigName, err)
	}
	for {
		text, err := os.ReadFile(filepath.Join(folder, samconfigName))
		if err == nil {
			return parseSamconfig(text), nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return Choice{}, fmt.Errorf("read the stack's name: %w", err)
		}
		_, err = os.Stat(filepath.Join(folder, "go.mod"))
		above := filepath.Dir(folder)
		if err == nil || above == folder { // it would be that of another project
			return Choice{}, nil
		}
		folder = above
	}
}

// parseSamconfig reads what `sam deploy` uses in the default environment. It reads only what
// SAM CLI writes and its documentation shows: tables [default.COMMAND.parameters], and a
// string on one line.
func parseSamconfig(text []byte) Choice {
	values := map[string]string{}
	table := ""
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if strings.HasPrefix(line, "[") {
			table, _, _ = strings.Cut(line, "#")
			table = strings.Trim(strings.TrimSpace(table), "[]")
			continue
		}
		key, value, _ := strings.Cut(line, "=")
		values[table+"."+strings.TrimSpace(key)] = quoted(strings.TrimSpace(value))
	}
	get := func(key string) string {
		for _, command := range []string{"deploy", "global"} { // the command's own comes first
			if value := values["default."+command+".parameters."+key]; value != "" {
				return value
			}
		}
		return ""
	}
	c := Choice{Name: get("stack_name")}
	if c.Name != "" {
		c.Region, c.Profile, c.From = get("region"), get("profile"), samconfigName
	}
	return c
}

// quoted returns the text between quotes at the beginning of a value.
func quoted(value string) string {
	for _, quote := range []string{`"`, `'`} {
		if rest, ok := strings.CutPrefix(value, quote); ok {
			text, _, _ := strings.Cut(rest, quote)
			return text
		}
	}
	return ""
}
