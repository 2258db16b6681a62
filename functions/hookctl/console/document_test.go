package console_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// A document is what a browser makes of a page.
type document struct {
	size     int
	text     string // with single spaces
	links    map[string]string
	forms    []form
	elements []xml.StartElement
	faults   []string // what is wrong with any page of which this is true
}

// A form has its fields as they are sent if nothing is typed into them.
type form struct {
	method, action, button string
	fields                 url.Values
}

func parse(t *testing.T, answer *http.Response) document {
	t.Helper()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return parseHTML(t, raw)
}

func parseHTML(t *testing.T, raw []byte) document {
	t.Helper()
	d := document{size: len(raw), links: map[string]string{}}
	decoder := xml.NewDecoder(bytes.NewReader(raw))
	decoder.Strict, decoder.AutoClose, decoder.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var last xml.StartElement // whose text comes
	var field string          // of the options
	var text strings.Builder
	labels := 0
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the page cannot be parsed: %v\n%.2000s", err, raw)
		}
		switch v := token.(type) {
		case xml.StartElement:
			d.elements = append(d.elements, v.Copy())
			if v.Name.Local != "code" && v.Name.Local != "strong" { // a link's text may be in one
				last = v.Copy()
			}
			switch v.Name.Local {
			case "label":
				labels++
			case "select":
				field = attribute(v, "name")
			}
			d.check(v, labels)
			d.addField(v, field)
			text.WriteByte(' ')
		case xml.EndElement:
			if v.Name.Local == "label" {
				labels--
			}
		case xml.CharData:
			text.Write(v)
			d.addText(last, string(v))
			last = xml.StartElement{}
		}
	}
	d.text = strings.Join(strings.Fields(text.String()), " ")
	return d
}

// check notes a time without its exact value, and a field without a label.
func (d *document) check(e xml.StartElement, labels int) {
	switch name := e.Name.Local; {
	case name == "time" && (attribute(e, "title") == "" || attribute(e, "datetime") == ""):
		d.faults = append(d.faults, "a time does not show exactly when it is")
	case (name == "input" && attribute(e, "type") != "hidden" || name == "select" || name == "textarea") && labels == 0:
		d.faults = append(d.faults, attribute(e, "name")+" has no label")
	}
}

func (d *document) addField(e xml.StartElement, field string) {
	if e.Name.Local == "form" {
		d.forms = append(d.forms, form{method: attribute(e, "method"), action: attribute(e, "action"), fields: url.Values{}})
	}
	if len(d.forms) == 0 {
		return
	}
	fields := d.forms[len(d.forms)-1].fields
	switch e.Name.Local {
	case "input":
		if name := attribute(e, "name"); attribute(e, "type") == "checkbox" {
			fields[name] = nil // not sent unless it is checked
		} else {
			fields.Add(name, attribute(e, "value"))
		}
	case "option":
		if !fields.Has(field) || attribute(e, "selected") != "" {
			fields.Set(field, attribute(e, "value"))
		}
	}
}

// addText notes the text of a link, a button or a field.
func (d *document) addText(of xml.StartElement, text string) {
	switch of.Name.Local {
	case "a":
		d.links[strings.TrimSpace(text)] = attribute(of, "href")
	case "button":
		d.forms[len(d.forms)-1].button = strings.TrimSpace(text)
	case "textarea":
		d.forms[len(d.forms)-1].fields.Set(attribute(of, "name"), text)
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// wants fails unless the text of the page has each of these.
func (d document) wants(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(d.text, text) {
			t.Errorf("no %q in %q", text, d.text)
		}
	}
}

// lacks fails if the text of the page has one of these.
func (d document) lacks(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(d.text, text) {
			t.Errorf("%q is in %q", text, d.text)
		}
	}
}
