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

// typeUnknown is the type of a resource that belongs to no known product.
const typeUnknown = "unknown"

func products() []string {
	return []string{typeTINMatch, typeTaxExempt, typeSecretaryOfState, typeBulkTIN, typeTranscript}
}

// A resource is the subject of a webhook, without the object around it.
type resource struct {
	raw    json.RawMessage
	fields webhook.Object
}

// parseResource returns the resource, which has an id, at the top or in data. If there is no
// id in either, the body is the resource.
func parseResource(body []byte) (resource, error) {
	top, err := webhook.ParseObject(body)
	if err != nil {
		return resource{}, err
	}
	if top.Get("id") == nil {
		// Data that is not an object, such as the null next to an error, is not a resource.
		if data, err := top.Object("data"); err == nil {
			return resource{raw: top.Get("data"), fields: data}, nil
		}
	}
	return resource{raw: body, fields: top}, nil
}

// shape derives the type from a field that only resources of that product have. The order
// matters: a TIN match also has a tin.
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
