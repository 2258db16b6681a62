package hook

import (
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"
)

type (
	hidden   struct{ secret int } //nolint:unused // reflection finds it
	open     struct{ Cents int }
	tree     struct{ Branches []tree }
	embeds   struct{ open }
	embedded struct{ *open }
)

// What a Go value would lose as JSON is refused at start, however deep it is. Found later, it
// would be a state that forgets.
func TestNotStorable(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		value any
		want  string // in the problem; empty: none
	}{
		"number":          {7, ""},
		"struct":          {open{}, ""},
		"of its own type": {tree{}, ""},
		"of types with own JSON": {struct {
			At  time.Time
			Sum *big.Int
		}{}, ""},
		"whole numbers as keys": {map[int64][]open{}, ""},
		"own texts as keys":     {map[time.Time]int{}, ""},
		"any":                   {struct{ Value any }{}, ""},
		"left out on purpose": {struct {
			Cache chan int `json:"-"`
		}{}, ""},
		"embedded":                  {embeds{}, ""},
		"hidden":                    {hidden{}, "field secret of hook.hidden would be lost"},
		"hidden in a field":         {struct{ In hidden }{}, "field secret"},
		"hidden behind a pointer":   {struct{ In **hidden }{}, "field secret"},
		"hidden in a list":          {[][2]hidden{}, "field secret"},
		"hidden in a map":           {map[string]hidden{}, "field secret"},
		"embedded behind a pointer": {embedded{}, "field open"},
		"two fields of one name": {struct {
			A int `json:"B"`
			B int
		}{}, `fields A and B of struct`},
		"channel":         {struct{ C *chan int }{}, "chan int cannot be kept"},
		"function":        {[]func(){}, "func() cannot be kept"},
		"structs as keys": {struct{ M map[open]int }{}, "its keys are neither"},
		"interface":       {struct{ E error }{}, "error cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := notStorable(reflect.TypeOf(tt.value))
			if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
				t.Errorf("problem %q, want %q", got, tt.want)
			}
		})
	}
}
