package hook

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// notStorable returns why a value of type t would not be read as it was stored as JSON, or
// the empty string. What a type's own methods or an any store, it does not know.
func notStorable(t reflect.Type) string { return storing{}.problem(t) }

// storing are the types that are known already, for types that contain themselves.
type storing map[reflect.Type]bool

func (s storing) problem(t reflect.Type) string {
	if s[t] || implements[json.Marshaler](t) || implements[encoding.TextMarshaler](t) {
		return ""
	}
	s[t] = true
	switch t.Kind() {
	case reflect.Struct:
		return s.fields(t)
	case reflect.Map:
		if key := t.Key().Kind(); key != reflect.String && (key < reflect.Int || key > reflect.Uintptr) && !implements[encoding.TextMarshaler](t.Key()) {
			return fmt.Sprintf("%v cannot be kept as JSON: its keys are neither texts nor whole numbers", t)
		}
		return s.problem(t.Elem())
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return s.problem(t.Elem())
	case reflect.Interface:
		if t.NumMethod() > 0 {
			return fmt.Sprintf("%v cannot be read from JSON: give the type that it holds", t)
		}
	case reflect.Chan, reflect.Func, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		return fmt.Sprintf("%v cannot be kept as JSON", t)
	}
	return ""
}

// fields returns what is wrong with the fields of a struct.
func (s storing) fields(t reflect.Type) string {
	names := map[string]string{} // the fields by their names in JSON
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("json")
		if tag == "-" {
			continue
		}
		inner := f.Anonymous && f.Type.Kind() == reflect.Struct // its fields are t's own
		if !f.IsExported() && !inner {
			return fmt.Sprintf("field %s of %v would be lost: only exported fields are stored", f.Name, t)
		}
		name, _, _ := strings.Cut(tag, ",")
		if name == "" {
			name = f.Name
		}
		if other, taken := names[name]; taken {
			return fmt.Sprintf("fields %s and %s of %v have one name in JSON, %q, so one would be lost", other, f.Name, t, name)
		}
		names[name] = f.Name
		if problem := s.problem(f.Type); problem != "" {
			return problem
		}
	}
	return ""
}

// implements reports whether a t or a pointer to one has the methods of I.
func implements[I any](t reflect.Type) bool {
	i := reflect.TypeFor[I]()
	return t.Implements(i) || reflect.PointerTo(t).Implements(i)
}
