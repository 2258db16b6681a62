package console

import (
	"compress/gzip"
	"net/http"
	"strings"
)

// compressed serves h with answers compressed, for a browser that takes that. Nothing that
// somebody else chooses is ever in one answer with a secret, so its length gives none away.
func compressed(h http.Handler, w http.ResponseWriter, r *http.Request) {
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.ServeHTTP(w, r)
		return
	}
	r.Header.Del("Range") // parts of what is compressed would be parts of another text
	w.Header().Set("Content-Encoding", "gzip")
	z := gzip.NewWriter(w)
	h.ServeHTTP(zipped{w, z}, r)
	_ = z.Close() // where it fails, the browser is gone
}

type zipped struct {
	http.ResponseWriter
	z *gzip.Writer
}

// Write implements [http.ResponseWriter].
func (z zipped) Write(p []byte) (int, error) { return z.z.Write(p) }
