package cost

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"webhookintake/shared/lambdatest"
)

// A table counts what is asked of a stand-in of DynamoDB.
type table struct {
	to *lambdatest.DynamoDB

	mu     sync.Mutex
	calls  int
	writes int            // those in batches included
	item   map[string]int // bytes of each attribute, of the records written last
	expire time.Time      // of the same
}

func newTable(t *testing.T) *table {
	t.Helper()
	x := &table{to: &lambdatest.DynamoDB{}, item: map[string]int{}}
	x.to.Server = httptest.NewServer(x)
	t.Cleanup(x.to.Server.Close)
	return x
}

func (x *table) callCount() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.calls
}

// ServeHTTP notes the request and lets the stand-in answer.
func (x *table) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var in struct {
		Statements []statement
	}
	_ = json.Unmarshal(body, &in) // where it cannot be read, the stand-in says so
	x.mu.Lock()
	x.calls++
	x.writes += max(1, len(in.Statements))
	for _, s := range in.Statements {
		x.note(s)
	}
	x.mu.Unlock()
	r.Body = io.NopCloser(bytes.NewReader(body))
	x.to.ServeHTTP(w, r)
}

// A statement is one of PartiQL's; its first parameters are the attributes that it sets,
// in their order.
type statement struct {
	Statement  string
	Parameters []struct {
		S, N string
		SS   []string
	}
}

var assigned = regexp.MustCompile(`'(\w+)': \?|SET "(\w+)"=\?`)

// note adds the attributes up: those of the claim, and of the end over them. A number is
// charged as half its digits, and one more.
func (x *table) note(s statement) {
	for i, m := range assigned.FindAllStringSubmatch(s.Statement, -1) {
		name, value := m[1]+m[2], s.Parameters[i]
		size := len(value.S)
		if value.N != "" {
			size = len(value.N)/2 + 2
		}
		for _, one := range value.SS {
			size += len(one)
		}
		x.item[name] = len(name) + size
		if name == "exp" {
			seconds, _ := strconv.ParseInt(value.N, 10, 64) // no date where it is none
			x.expire = time.Unix(seconds, 0)
		}
	}
}

// addTo adds what each of the events left in the table.
func (x *table) addTo(e *Event, events float64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	e.Writes = float64(x.writes) / events
	for _, size := range x.item {
		e.Record += float64(size)
	}
	e.Kept = round(time.Until(x.expire).Hours() / 24)
}
