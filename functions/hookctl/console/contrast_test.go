package console_test

import (
	"io/fs"
	"math"
	"regexp"
	"strconv"
	"testing"

	"webhookintake/functions/hookctl/console"
)

// Every text, bar of a chart and mark of the focus has the contrast that WCAG AA asks of text,
// 4.5:1, in both themes.
func TestContrast(t *testing.T) {
	t.Parallel()
	css, err := fs.ReadFile(console.Assets, "assets/style.css")
	if err != nil {
		t.Fatal(err)
	}
	themes := regexp.MustCompile(`(?s):root \{(.*?)\}`).FindAllSubmatch(css, -1)
	if len(themes) != 2 {
		t.Fatalf("%d themes", len(themes))
	}
	for i, theme := range themes {
		colours := map[string]string{}
		for _, v := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]+);`).FindAllSubmatch(theme[1], -1) {
			colours[string(v[1])] = string(v[2])
		}
		for _, pair := range [][2]string{
			{"text", "ground"}, {"text", "card"}, {"text", "code"}, {"text", "dull-bg"}, {"soft", "ground"}, {"soft", "card"},
			{"link", "ground"}, {"link", "card"}, {"bad", "ground"}, {"bad", "card"}, {"bad", "code"},
			{"good", "card"}, {"warn", "card"}, {"accent", "ground"}, {"accent", "card"}, {"good", "good-bg"}, {"warn", "warn-bg"}, {"bad", "bad-bg"}, {"on-accent", "accent"},
		} {
			a, b := luminance(t, colours[pair[0]]), luminance(t, colours[pair[1]])
			if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < 4.5 {
				t.Errorf("theme %d: %s on %s has %.2f:1", i, pair[0], pair[1], ratio)
			}
		}
	}
}

// luminance is the relative luminance of WCAG.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	if len(colour) == 4 {
		colour = "#" + colour[1:2] + colour[1:2] + colour[2:3] + colour[2:3] + colour[3:] + colour[3:]
	}
	n, err := strconv.ParseUint(colour[1:], 16, 32)
	if err != nil || len(colour) != 7 {
		t.Fatalf("colour %q: %v", colour, err)
	}
	part := func(shift int) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0)
}
