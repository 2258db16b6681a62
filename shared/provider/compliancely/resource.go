package compliancely

import (
	"encoding/json"

	"webhookintake/shared/webhook"
)

// The event types: the products.
const (
	typeTINMatch         = "tin_match"
	typeTaxExempt        = "tax_exempt"
	typeSecretaryOfState = "sos"
	typeBulkTIN          = "bulk_tin"
	typeTranscript       = "transcript"
)

// typeUnknown is the type of a resource that no product makes.
const typeUnknown = "unknown"

func products() []string {
	return []string{typeTINMatch, typeTaxExempt, typeSecretaryOfState, typeBulkTIN, typeTranscript}
}

// A resource is what a webhook is about, without what is around it.
type resource struct {
	raw    json.RawMessage
	fields webhook.Object
}

// parseResource unwraps the body: the resource has an id, at the top or under data. A
// body with neither is taken as it is.
func parseResource(body []byte) (resource, error) {
	top, err := webhook.ParseObject(body)
	if err != nil {
		return resource{}, err
	}
	if top.Get("id") == nil {
		// Data that is no object, such as the null beside an error, wraps nothing.
		if data, err := top.Object("data"); err == nil {
			return resource{raw: top.Get("data"), fields: data}, nil
		}
	}
	return resource{raw: body, fields: top}, nil
}

// shape tells the type by the field that only this product's resource has. The order
// matters: a TIN match has a tin as well.
func (r resource) shape() string {
	for _, mark := range []struct{ field, name string }{
		{"irs_code", typeTINMatch},
		{"consent", typeTranscript},
		{"states", typeSecretaryOfState},
		{"input_file_url", typeBulkTIN},
		{"tin", typeTaxExempt},
	} {
		if r.fields.Get(mark.field) != nil {
			return mark.name
		}
	}
	return typeUnknown
}
