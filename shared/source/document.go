package source

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"webhookintake/shared/webhook"
)

// readDocument reads doc as one JSON object and nothing else. Errors of encoding/json
// quote the text at fault, which may be part of a secret, so the error for invalid
// syntax gives its position alone.
func readDocument(doc []byte) (webhook.Object, error) {
	if !utf8.Valid(doc) {
		return webhook.Object{}, errors.New("not valid UTF-8; save the document as UTF-8")
	}
	if o, err := webhook.ParseObject(doc); err == nil {
		return o, nil
	}
	if err := json.Unmarshal(doc, new(json.RawMessage)); err != nil {
		line, column := position(doc, err)
		return webhook.Object{}, fmt.Errorf("not one JSON document: look at line %d, character %d", line, column)
	}
	return webhook.Object{}, errors.New(`want a JSON object, as {"name": …}`)
}

// position is the line and the character in it, both from 1, at which err was found.
func position(doc []byte, err error) (line, column int) {
	read := int64(len(doc))
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		read = min(max(syntax.Offset, 0), read)
	}
	before := doc[:read]
	line = 1 + bytes.Count(before, []byte("\n"))
	column = utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	return line, max(column, 1)
}
