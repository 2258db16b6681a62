package lambdatest

import (
	"encoding/json"
	"hash/crc32"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
)

// A DynamoDB is a server that accepts writes as DynamoDB does and ignores them: every
// condition holds, and every write succeeds at once. So a measurement with it shows the
// cost of the program alone. [NewDynamoDB] makes one. It is safe for concurrent use.
type DynamoDB struct {
	Server *httptest.Server
}

// NewDynamoDB starts a server. The caller closes its Server.
func NewDynamoDB() *DynamoDB {
	d := &DynamoDB{}
	d.Server = httptest.NewServer(d)
	return d
}

// Env returns the environment of a program that writes to d.
func (d *DynamoDB) Env() map[string]string {
	return map[string]string{
		"TABLE_NAME":                "table",
		"AWS_ENDPOINT_URL_DYNAMODB": d.Server.URL,
		"AWS_REGION":                "us-east-1",
		"AWS_ACCESS_KEY_ID":         "AKIDTEST",
		"AWS_SECRET_ACCESS_KEY":     "aws-secret-key",
		"AWS_SESSION_TOKEN":         "aws-session-token",
	}
}

// A dynamoDBRequest holds the parts of a request on which the answer depends.
type dynamoDBRequest struct {
	Statements []struct{}

	Key                       map[string]any
	UpdateExpression          string
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues map[string]any
	ReturnValues              string
}

// ServeHTTP serves BatchExecuteStatement, PutItem and UpdateItem. Protocol:
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html
// and API_PutItem.html and API_UpdateItem.html next to it.
func (d *DynamoDB) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in dynamoDBRequest
	answer := map[string]any{}
	err := json.NewDecoder(r.Body).Decode(&in)
	switch target := r.Header.Get("X-Amz-Target"); {
	case err == nil && target == "DynamoDB_20120810.BatchExecuteStatement":
		answer["Responses"] = make([]struct{}, len(in.Statements))
	case err == nil && target == "DynamoDB_20120810.PutItem":
	case err == nil && target == "DynamoDB_20120810.UpdateItem":
		if in.ReturnValues == "ALL_NEW" {
			answer["Attributes"] = in.item()
		}
	default:
		http.Error(w, `{"__type":"com.amazon.coral.service#UnknownOperationException"}`, http.StatusBadRequest)
		return
	}
	text, _ := json.Marshal(answer) // of what was JSON before
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.Header().Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(text)), 10)) // which the SDK compares
	_, _ = w.Write(text)                                                                    // if it fails, the program has ended
}

// assignment matches one assignment of SET or ADD in an update expression of plain values.
var assignment = regexp.MustCompile(`(#\w+) (?:= )?(:\w+)`)

// item returns the item that the update creates.
func (in *dynamoDBRequest) item() map[string]any {
	item := in.Key
	for _, m := range assignment.FindAllStringSubmatch(in.UpdateExpression, -1) {
		item[in.ExpressionAttributeNames[m[1]]] = in.ExpressionAttributeValues[m[2]]
	}
	return item
}
