package compliancely

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// maxBulkFile is the largest file that the provider takes, in bytes: it says 6 MB.
const maxBulkFile = 6 << 20

// defaultBulkPath is the name of the call in the documentation,
// api_v1_bulk_upload_tin_create, read as the names of other calls are.
const defaultBulkPath = "/api/v1/bulk_upload_tin/"

// bulkFileName is what the provider takes as a file's name.
var bulkFileName = regexp.MustCompile(`^[A-Za-z0-9_-]+\.(?i:csv|xlsx|xls)$`)

// A BulkTINRequest is a file of names and tax numbers to be checked.
type BulkTINRequest struct {
	// FileName has letters, digits, hyphens and underscores, and ends in .csv, .xlsx or
	// .xls. One that ends in "-priority-3.csv" sets the priority itself.
	FileName string
	File     []byte // at most 6 MB, and 100,000 rows
	Priority int    // 1, which is done first, to 10; 0: the provider's own
	// WebhookURL is where the result is sent. Empty means the Client's.
	WebhookURL string
	// Path is the call's path. Empty means "/api/v1/bulk_upload_tin/": the documentation
	// within reach gives the call's name but not its path, so where the API answers with
	// status 404, nothing was uploaded, and the path is to be set here.
	Path string
}

// UploadBulkTIN uploads a file, whose result comes as [BulkTIN].
func (c *Client) UploadBulkTIN(ctx context.Context, r BulkTINRequest) (BulkTINResult, error) {
	const op = "upload bulk TIN file"
	target, err := c.target(op, r.WebhookURL)
	if err != nil {
		return BulkTINResult{}, err
	}
	path := cmp.Or(r.Path, defaultBulkPath)
	wrong := func(field, problem string) (BulkTINResult, error) {
		return BulkTINResult{}, wrongRequest(op, field, problem)
	}
	switch {
	case !bulkFileName.MatchString(r.FileName):
		return wrong("file_name", "give letters, digits, hyphens and underscores, then .csv, .xlsx or .xls")
	case len(r.File) == 0 || len(r.File) > maxBulkFile:
		return wrong("file", "give a file of at most 6 MB")
	case r.Priority < 0 || r.Priority > 10:
		return wrong("priority", "give 1 to 10, or 0 for the provider's own")
	case !strings.HasPrefix(path, "/"): // else it could name another host, and get the token
		return wrong("path", "begin it with a slash")
	}
	upload, err := bulkForm(r, target[0])
	if err != nil {
		return wrong("file", "it cannot be written as a form")
	}
	return ask(ctx, c, BulkTIN, request{op: op, method: http.MethodPost, path: path, form: upload})
}

// bulkForm writes the request as the provider reads it: here it takes one webhook URL, and
// no list.
func bulkForm(r BulkTINRequest, webhookURL string) (form, error) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", r.FileName)
	if err == nil {
		_, err = part.Write(r.File)
	}
	if err == nil && r.Priority != 0 {
		err = w.WriteField("priority", strconv.Itoa(r.Priority))
	}
	if err == nil {
		err = w.WriteField("webhook_urls", webhookURL)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return form{}, fmt.Errorf("write form: %w", err)
	}
	return form{body.Bytes(), w.FormDataContentType()}, nil
}
