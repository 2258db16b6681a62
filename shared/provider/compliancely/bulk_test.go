package compliancely_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/provider/internal/resttest"
	"webhookintake/shared/webhook"
)

// uploaded is what the API reads out of an upload.
type uploaded struct {
	Route, Authorization, FileName, File string
	Fields                               map[string][]string
}

// uploads makes a client whose requests are read as uploads, and answered.
func uploads(t *testing.T, answer string) (*compliancely.Client, *[]uploaded) {
	t.Helper()
	var got []uploaded
	read := func(r *http.Request) uploaded {
		file, header, err := r.FormFile("file")
		if err != nil {
			t.Error(err)
			return uploaded{}
		}
		text, err := io.ReadAll(file)
		if err != nil || r.ContentLength <= 0 {
			t.Errorf("length %d, %v", r.ContentLength, err)
		}
		return uploaded{r.Method + " " + r.URL.Path, r.Header.Get("Authorization"), header.Filename, string(text), r.MultipartForm.Value}
	}
	client := resttest.Client(func(r *http.Request) (*http.Response, error) {
		got = append(got, read(r))
		w := httptest.NewRecorder()
		w.WriteString(answer)
		return w.Result(), nil
	})
	return newClient(t, compliancely.ClientOptions{Token: webhook.NewSecret("t"), WebhookURL: hookURL, HTTP: client}), &got
}

func TestUploadBulkTIN(t *testing.T) {
	t.Parallel()
	const wrapped = `{"success_message":"ok","data":` + bulk + `,"success":true}`
	for _, tt := range []struct {
		name string
		r    compliancely.BulkTINRequest
		want uploaded
	}{
		{
			"plain", compliancely.BulkTINRequest{FileName: "demo_1-a.csv", File: []byte("tin,name\r\n000000000,Demo\r\n")},
			uploaded{"POST /api/v1/bulk_upload_tin/", "Token t", "demo_1-a.csv", "tin,name\r\n000000000,Demo\r\n",
				map[string][]string{"webhook_urls": {hookURL}}},
		},
		{
			"all set", compliancely.BulkTINRequest{
				FileName: "demo-priority-2.XLSX", File: []byte{0xff, 0}, Priority: 10, WebhookURL: "https://example.com/own", Path: "/api/v1/other/",
			},
			uploaded{"POST /api/v1/other/", "Token t", "demo-priority-2.XLSX", "\xff\x00",
				map[string][]string{"webhook_urls": {"https://example.com/own"}, "priority": {"10"}}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, got := uploads(t, wrapped)
			answer, err := c.UploadBulkTIN(t.Context(), tt.r)
			if err != nil || answer.ID != "4" {
				t.Errorf("answered %+v, %v", answer, err)
			}
			if diff := cmp.Diff([]uploaded{tt.want}, *got); diff != "" {
				t.Errorf("uploads (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUploadBulkTINRefuses(t *testing.T) {
	t.Parallel()
	c, got := uploads(t, bulk)
	for _, tt := range []struct {
		field  string
		change func(*compliancely.BulkTINRequest)
	}{
		{"file_name", func(r *compliancely.BulkTINRequest) { r.FileName = "" }},
		{"file_name", func(r *compliancely.BulkTINRequest) { r.FileName = "a b.csv" }},
		{"file_name", func(r *compliancely.BulkTINRequest) { r.FileName = "a.pdf" }},
		{"file_name", func(r *compliancely.BulkTINRequest) { r.FileName = "../a.csv" }},
		{"file_name", func(r *compliancely.BulkTINRequest) { r.FileName = "a.csv\n" }},
		{"file", func(r *compliancely.BulkTINRequest) { r.File = nil }},
		{"file", func(r *compliancely.BulkTINRequest) { r.File = make([]byte, 6<<20+1) }},
		{"priority", func(r *compliancely.BulkTINRequest) { r.Priority = 11 }},
		{"priority", func(r *compliancely.BulkTINRequest) { r.Priority = -1 }},
		{"webhook_url", func(r *compliancely.BulkTINRequest) { r.WebhookURL = "/hooks/x" }},
		{"path", func(r *compliancely.BulkTINRequest) { r.Path = "@example.com/" }},
	} {
		r := compliancely.BulkTINRequest{FileName: "a.csv", File: []byte("x")}
		tt.change(&r)
		_, err := c.UploadBulkTIN(t.Context(), r)
		fault, _ := errors.AsType[*webhook.FieldError](err)
		if e, ok := errors.AsType[*compliancely.Error](err); !ok || fault == nil || fault.Field != tt.field || !e.Retry().Permanent {
			t.Errorf("%+v: %v, want a permanent fault in %s", r.FileName, err, tt.field)
		}
	}
	if len(*got) > 0 {
		t.Errorf("uploaded %v", *got)
	}
}
