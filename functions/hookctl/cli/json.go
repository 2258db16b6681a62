package cli

import (
	"bytes"
	"encoding/json"
)

// JSON writes v as one indented JSON document.
func (w *Writer) JSON(v any) error { return w.encode(v, "  ") }

// JSONLine writes v as one line of JSON.
func (w *Writer) JSONLine(v any) error { return w.encode(v, "") }

func (w *Writer) encode(v any, indent string) error {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(text.Bytes())
	return err
}
