package ledgertest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
	"testing"
)

// contract returns the sentences in the comments of Store and Entities.
func contract(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../store.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var sentences []string
	ast.Inspect(file, func(n ast.Node) bool {
		decl, ok := n.(*ast.GenDecl)
		if !ok {
			return true
		}
		for _, spec := range decl.Specs {
			typ, ok := spec.(*ast.TypeSpec)
			if !ok {
				continue
			}
			methods, ok := typ.Type.(*ast.InterfaceType)
			if !ok {
				continue
			}
			sentences = append(sentences, split(decl.Doc.Text())...)
			for _, method := range methods.Methods.List {
				sentences = append(sentences, split(method.Doc.Text())...)
			}
		}
		return true
	})
	return sentences
}

var (
	listMarker  = regexp.MustCompile(`(?m)^\s+- `)
	sentenceEnd = regexp.MustCompile(`([.:])(\s|$)`)
)

// split cuts a comment into sentences. A list's items are sentences of their own.
func split(comment string) []string {
	comment = listMarker.ReplaceAllString(comment, " ")
	comment = sentenceEnd.ReplaceAllString(comment, "$1\n\n")
	var sentences []string
	for part := range strings.SplitSeq(comment, "\n\n") {
		if sentence := strings.Join(strings.Fields(part), " "); sentence != "" {
			sentences = append(sentences, sentence)
		}
	}
	return sentences
}

// Every case quotes the contract, and every sentence of the contract has a case.
func TestPromises(t *testing.T) {
	t.Parallel()
	// Sentences that are advice, or introduce a list.
	excuses := map[string]string{
		"What is found decides;":        "introduces the rows",
		"Then:":                         "introduces the rows",
		"For a request that NeverRuns:": "introduces the rows",
		"A call is one try.":            "implementations that send requests count them in tests of their own",
	}
	sentences := contract(t)
	if len(sentences) < 20 {
		t.Fatalf("found only %d sentences in store.go: %q", len(sentences), sentences)
	}
	all := strings.Join(sentences, " ")
	names := map[string]bool{}
	for _, c := range cases() {
		if names[c.name] {
			t.Errorf("two cases are called %s", c.name)
		}
		names[c.name] = true
		if !strings.Contains(all, c.promise) {
			t.Errorf("%s quotes a sentence that store.go does not have: %q", c.name, c.promise)
		}
	}
	for _, sentence := range sentences {
		if !hasCase(sentence) && !excused(sentence, excuses) {
			t.Errorf("no case proves: %q", sentence)
		}
	}
}

func hasCase(sentence string) bool {
	for _, c := range cases() {
		if strings.Contains(c.promise, sentence) || strings.Contains(sentence, c.promise) {
			return true
		}
	}
	return false
}

func excused(sentence string, reasons map[string]string) bool {
	for beginning := range reasons {
		if strings.HasPrefix(sentence, beginning) {
			return true
		}
	}
	return false
}
