package queue

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxBody is the maximum length of a body as it is sent.
const maxBody = MaxBytes - attributeRoom

// zipFrom is the length from which bodies are compressed. Compression takes a millisecond
// and a megabyte, and saves nothing for a short message: SQS bills units of 64 KiB.
const zipFrom = 4 << 10

// encodeBody returns the body in the form in which it is sent, and the value of
// AttrEncoding, which is empty for plain. A body stays plain if possible, so that people can
// read it in the console and most messages cost no CPU time. In place of a body that is
// stored elsewhere it sends the key.
func encodeBody(m Message) (body, encoding string, err error) {
	switch {
	case m.NoBody && (len(m.Raw) > 0 || m.Origin.Stored != nil):
		return "", "", fmt.Errorf("%w: a message without a body has one", ErrInvalid)
	case m.NoBody:
		return noBody, encodingNone, nil
	case m.Origin.Stored != nil:
		return m.Origin.Stored.Key, encodingVault, nil
	}
	raw := m.Raw
	if len(raw) > MaxRaw {
		return "", "", fmt.Errorf("%w: %d bytes, at most %d", ErrTooLarge, len(raw), MaxRaw)
	}
	if len(raw) <= maxBody {
		if s := string(raw); ValidText(s) {
			return s, "", nil
		}
	}
	encoding, data := encodingBase64, raw
	if len(raw) >= zipFrom || len(raw) == 0 { // the base64 of an empty body is empty, which SQS refuses
		if zipped := compress(raw); len(zipped) < len(raw) || len(raw) == 0 {
			encoding, data = encodingGzip, zipped
		}
	}
	if n := base64.StdEncoding.EncodedLen(len(data)); n > maxBody {
		return "", "", fmt.Errorf("%w: %d bytes encoded, at most %d", ErrTooLarge, n, maxBody)
	}
	return base64.StdEncoding.EncodeToString(data), encoding, nil
}

// compress favours speed: it runs before the acknowledgement.
func compress(raw []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		panic(err) // only for a level that gzip does not have
	}
	_, _ = w.Write(raw) // a bytes.Buffer does not fail
	_ = w.Close()
	return b.Bytes()
}

func decodeBody(body string, attributes map[string]string) ([]byte, error) {
	encoding, ok := attributes[AttrEncoding]
	switch {
	case !ok:
		return []byte(body), nil
	case encoding == encodingBase64:
		return decodeBase64(body)
	case encoding == encodingVault, encoding == encodingNone:
		return nil, nil
	case encoding == encodingGzip:
		zipped, err := decodeBase64(body)
		if err != nil {
			return nil, err
		}
		return decompress(zipped)
	}
	return nil, errors.New("attribute encoding has an unknown value")
}

func decodeBase64(body string) ([]byte, error) {
	if strings.ContainsAny(body, "\r\n") { // the decoder would skip them
		return nil, errors.New("body is not base64: it has line breaks")
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(body)
	if err != nil {
		return nil, errors.New("body is not base64")
	}
	return raw, nil
}

// decompress reads one gzip stream that ends where zipped ends. It stops after MaxRaw
// bytes, so that a small message cannot fill the memory.
func decompress(zipped []byte) ([]byte, error) {
	in := bytes.NewReader(zipped)
	r, err := gzip.NewReader(in)
	if err != nil {
		return nil, errors.New("body is not gzip")
	}
	r.Multistream(false)
	raw, err := io.ReadAll(io.LimitReader(r, MaxRaw+1))
	switch {
	case err != nil:
		return nil, errors.New("body is damaged gzip")
	case len(raw) > MaxRaw:
		return nil, fmt.Errorf("body decompresses to more than %d bytes", MaxRaw)
	case in.Len() > 0:
		return nil, errors.New("body has bytes after its gzip stream")
	}
	return raw, nil
}
