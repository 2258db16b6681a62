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

// A table is a fake DynamoDB that counts what is written.
type table struct {
	to *lambdatest.DynamoDB

	mu     sync.Mutex
	calls  int
	writes int            // including those in batches
	item   map[string]int // bytes of each attribute, as last written
	expire time.Time      // of the record last written
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

// ServeHTTP notes the request and lets the fake answer.
func (x *table) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var in struct {
		Statements []statement
	}
	_ = json.Unmarshal(body, &in) // if this fails, so does the fake
	x.mu.Lock()
	if string(body) != "{}" { // which opens the connection before the first event
		x.calls++
		x.writes += max(1, len(in.Statements))
	}
	for _, s := range in.Statements {
		x.note(s)
	}
	x.mu.Unlock()
	r.Body = io.NopCloser(bytes.NewReader(body))
	x.to.ServeHTTP(w, r)
}

// A statement is one of PartiQL. Its first parameters are the attributes that it sets, in
// their order.
type statement struct {
	Statement  string
	Parameters []struct {
		S, N string
		SS   []string
	}
}

var assigned = regexp.MustCompile(`'(\w+)': \?|SET "(\w+)"=\?`)

// note records the attributes' sizes. What the end of an event writes replaces what its
// claim wrote. A number counts as half its digits and one.
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
			seconds, _ := strconv.ParseInt(value.N, 10, 64) // 0 if it is not a number
			x.expire = time.Unix(seconds, 0)
		}
	}
}

// addTo sets what each of a number of events left in the table.
func (x *table) addTo(e *Event, events float64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	e.Writes = float64(x.writes) / events
	for _, size := range x.item {
		e.Record += float64(size)
	}
	e.Kept = round(time.Until(x.expire).Hours() / 24)
}
