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

	"webhookintake/shared/provider/internal/rest"
)

// maxBulkFile is the largest file that the provider takes, in bytes: it says 6 MB.
const maxBulkFile = 6 << 20

// defaultBulkPath is derived from the name of the call in the documentation,
// api_v1_bulk_upload_tin_create, in the way that the paths of other calls follow from
// their names.
const defaultBulkPath = "/api/v1/bulk_upload_tin/"

// bulkFileName matches the file names that the provider accepts.
var bulkFileName = regexp.MustCompile(`^[A-Za-z0-9_-]+\.(?i:csv|xlsx|xls)$`)

// A BulkTINRequest is a file of names and tax numbers to check.
type BulkTINRequest struct {
	// FileName consists of letters, digits, hyphens and underscores, and ends in .csv,
	// .xlsx or .xls. One that ends in "-priority-3.csv" sets the priority.
	FileName string
	File     []byte // at most 6 MB, and 100,000 rows
	Priority int    // 1, which is done first, to 10; 0 means the provider's default
	// WebhookURL receives the result. Empty means the Client's.
	WebhookURL string
	// Path is the path of the call; empty means "/api/v1/bulk_upload_tin/". The public
	// documentation gives the name of the call but not its path: if the API answers with
	// status 404, nothing was uploaded, and Path must be set.
	Path string
}

// UploadBulkTIN uploads a file. Its result comes as [BulkTIN].
func (c *Client) UploadBulkTIN(ctx context.Context, r BulkTINRequest) (BulkTINResult, error) {
	const op = "upload bulk TIN file"
	target, err := c.target(op, r.WebhookURL)
	if err != nil {
		return BulkTINResult{}, err
	}
	wrong := func(field, problem string) (BulkTINResult, error) {
		return BulkTINResult{}, c.api.Invalid(op, field, problem)
	}
	switch {
	case !bulkFileName.MatchString(r.FileName):
		return wrong("file_name", "give letters, digits, hyphens and underscores, then .csv, .xlsx or .xls")
	case len(r.File) == 0 || len(r.File) > maxBulkFile:
		return wrong("file", "give a file of at most 6 MB")
	case r.Priority < 0 || r.Priority > 10:
		return wrong("priority", "give 1 to 10, or 0 for the provider's default")
	}
	form, err := bulkForm(r, target[0])
	if err != nil {
		return wrong("file", "cannot be written as a form")
	}
	return ask(ctx, c, BulkTIN, rest.Request{Op: op, Method: http.MethodPost, Path: cmp.Or(r.Path, defaultBulkPath), Form: form})
}

// bulkForm writes the request as a form. This call takes one webhook URL, not a list.
func bulkForm(r BulkTINRequest, webhookURL string) (rest.Form, error) {
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
		return rest.Form{}, fmt.Errorf("write form: %w", err)
	}
	return rest.Form{Body: body.Bytes(), ContentType: w.FormDataContentType()}, nil
}
