package console_test

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

// shootForREADME writes two pictures for the README, small enough for a repository: they are
// committed under pictures.
func (b browser) shootForREADME(t *testing.T, w *world, name, page string, height int64) {
	t.Helper()
	address := w.serve(t)
	b.do(t, chromedp.EmulateViewport(1000, height), prefers("light"), chromedp.Navigate(address))
	base := address[:len(address)-len("?token=")-22]
	b.do(t, chromedp.Navigate(base+page))
	decoded, err := png.Decode(bytes.NewReader(ask(t, b, chromedp.CaptureScreenshot())))
	if err != nil {
		t.Fatal(err)
	}
	var small bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&small, paletted(decoded)); err != nil {
		t.Fatal(err)
	}
	if most := 75_000; small.Len() > most {
		t.Errorf("%s has %d bytes, want at most %d", name, small.Len(), most)
	}
	if err := os.WriteFile(filepath.Join(*screenshots, "readme-"+name+".png"), small.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// paletted returns a picture with its most frequent colours alone.
func paletted(from image.Image) *image.Paletted {
	counts := map[color.Color]int{}
	bounds := from.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			counts[from.At(x, y)]++
		}
	}
	colours := slices.SortedFunc(maps.Keys(counts), func(a, b color.Color) int { return cmp.Compare(counts[b], counts[a]) })
	to := image.NewPaletted(bounds, colours[:min(len(colours), 128)])
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			to.Set(x, y, from.At(x, y))
		}
	}
	return to
}
