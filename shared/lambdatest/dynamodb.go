package lambdatest

import (
	"encoding/json"
	"hash/crc32"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// A DynamoDB is a server that accepts writes as DynamoDB does: every condition holds, and
// every write succeeds at once. It keeps nothing but notes, the items of PutItem whose keys
// begin with a colon. So a measurement with it shows the cost of the program alone.
// [NewDynamoDB] makes one. It is safe for concurrent use.
type DynamoDB struct {
	Server *httptest.Server

	mu    sync.Mutex
	notes map[string]map[string]any // by their keys
}

// NewDynamoDB starts a server. The caller closes its Server.
func NewDynamoDB() *DynamoDB {
	d := &DynamoDB{notes: map[string]map[string]any{}}
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

// A dynamoDBRequest holds the parts of the requests on which the answer depends.
type dynamoDBRequest struct {
	Statements []struct{}

	Item, Key                 map[string]any
	UpdateExpression          string
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues map[string]any
	ReturnValues              string
}

// ServeHTTP serves BatchExecuteStatement, UpdateItem, PutItem, GetItem and Query. Protocol:
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html
// and the pages next to it.
func (d *DynamoDB) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in dynamoDBRequest
	answer := map[string]any{}
	err := json.NewDecoder(r.Body).Decode(&in)
	switch target := r.Header.Get("X-Amz-Target"); {
	case err == nil && target == "DynamoDB_20120810.BatchExecuteStatement":
		answer["Responses"] = make([]struct{}, len(in.Statements))
	case err == nil && target == "DynamoDB_20120810.UpdateItem":
		if in.ReturnValues == "ALL_NEW" {
			answer["Attributes"] = in.item()
		}
	case err == nil && target == "DynamoDB_20120810.PutItem":
		d.put(in.Item)
	case err == nil && target == "DynamoDB_20120810.GetItem":
		if item := d.get(in.Key); item != nil {
			answer["Item"] = item
		}
	case err == nil && target == "DynamoDB_20120810.Query": // of an index, which is empty
		answer["Items"] = []struct{}{}
	default:
		http.Error(w, `{"__type":"com.amazon.coral.service#UnknownOperationException"}`, http.StatusBadRequest)
		return
	}
	text, _ := json.Marshal(answer) // of what was JSON before
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.Header().Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(text)), 10)) // which the SDK compares
	_, _ = w.Write(text)                                                                    // if it fails, the program has ended
}

func (d *DynamoDB) put(item map[string]any) {
	key := keyOf(item)
	if !strings.HasPrefix(key, ":") {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.notes[key] = item
}

func (d *DynamoDB) get(key map[string]any) map[string]any {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.notes[keyOf(key)]
}

// keyOf returns the value of the attribute pk.
func keyOf(item map[string]any) string {
	pk, _ := item["pk"].(map[string]any)
	text, _ := pk["S"].(string)
	return text
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
