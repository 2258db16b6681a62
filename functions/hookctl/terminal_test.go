package main

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
)

// Codes that a terminal obeys: a title, a cleared screen, a C1 sequence, a carriage return,
// and a reversed reading order. XML can hold only the last part.
const (
	evilXML = "\u009b2J\u202e"
	evil    = "\x1b]0;owned\x07\x1b[2J\r" + evilXML
)

// A hostile answers as AWS and the providers do, with evil in every text. If refuses is set,
// AWS's services answer with errors.
type hostile struct {
	*httptest.Server
	refuses bool
	mu      sync.Mutex
	asked   map[string]int
}

func newHostile(t *testing.T, refuses bool) *hostile {
	t.Helper()
	h := &hostile{refuses: refuses, asked: map[string]int{}}
	h.Server = httptest.NewServer(h)
	t.Cleanup(h.Close)
	return h
}

// env names the server as everything that hookctl asks.
func (h *hostile) env() []string {
	return []string{
		"AWS_ACCESS_KEY_ID=id", "AWS_SECRET_ACCESS_KEY=key", "AWS_REGION=us-east-1", "AWS_MAX_ATTEMPTS=1", "GORACE=atexit_sleep_ms=0",
		"AWS_ENDPOINT_URL=" + h.URL, "TABLE_NAME=ledger", "QUEUE_URL=" + h.URL + "/1/queue", "DLQ_URL=" + h.URL + "/1/dead",
		"SOURCES_SECRET_ARN=sources", "VAULT_BUCKET=vault", "INGEST_LOG_GROUP=log", "WEBHOOK_URL=" + h.URL, "TOKEN=" + clitest.Token, "SECRET=" + clitest.Secret,
	}
}

func (h *hostile) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	h.mu.Lock()
	h.asked[op]++
	n := h.asked[op]
	h.mu.Unlock()
	switch {
	case strings.Contains(r.Header.Get("Content-Type"), "x-www-form-urlencoded"): // CloudFormation
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>%s</Message></Error></ErrorResponse>`, evilXML)
	case r.URL.Path == "/healthz":
		write(w, map[string]string{"status": "ok"})
	case r.URL.Query().Has("list-type"): // S3
		if h.refuses {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprintf(w, `<Error><Code>%s</Code><Message>%s</Message></Error>`, evilXML, evilXML)
			return
		}
		_, _ = io.WriteString(w, `<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>`)
	case op == "": // a provider, or an intake
		w.WriteHeader(http.StatusTeapot)
		write(w, map[string]any{"error": evil, "message": evil, "detail": evil, "status": evil, "id": evil})
	case h.refuses:
		w.WriteHeader(http.StatusBadRequest)
		write(w, map[string]any{"__type": "AccessDeniedException", "message": evil, "Message": evil})
	case strings.HasSuffix(op, "Batch"):
		write(w, succeeded(r))
	default:
		write(w, answers[op](n))
	}
}

func write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(v) // where it fails, the client is gone
}

// answers are those of AWS's services to the request of that number, by operation.
var answers = map[string]func(n int) any{
	"ReceiveMessage": func(n int) any {
		if n > 1 {
			return map[string]any{}
		}
		return map[string]any{"Messages": []any{
			sqsMessage("m1"+evil, "a body of "+evil, map[string]string{"source": evil, "id": evil, "type": evil, evil: evil}),
			sqsMessage("m2"+evil, `{"id":"evt_1"}`+evil, map[string]string{
				"source": "kyc", "provider": "kyc", "id": "evt_1", "type": "t", "received": "1790000000000",
				"failure": `{"reason":"permanent","error":` + quoted(evil) + `,"fence":1,"assume_done":[` + quoted(evil) + `]}`,
			}),
		}}
	},
	"GetQueueAttributes": func(int) any {
		return map[string]any{"Attributes": map[string]string{"ApproximateNumberOfMessages": evil}}
	},
	"GetItem": func(int) any { return map[string]any{"Item": evilItem("kyc#evt_1")} },
	"Scan": func(int) any {
		return map[string]any{"Items": []any{evilItem("kyc#evt_" + evil), map[string]any{"pk": clitest.S(evil)}}}
	},
	"Query": func(int) any { return map[string]any{"Items": []any{evilItem("kyc#evt_1")}} },
	"BatchGetItem": func(int) any {
		return map[string]any{"Responses": map[string]any{"ledger": []any{evilItem("kyc#evt_1")}}}
	},
	"UpdateItem": func(int) any { return map[string]any{"Attributes": evilItem("kyc#evt_1")} },
	"GetSecretValue": func(int) any {
		return map[string]any{"SecretString": `{` + quoted(evil) + `: {"secrets": ["` + clitest.Secret + `"]}}`, "VersionId": evil, "CreatedDate": 1790000000}
	},
	"DescribeTable": func(int) any { return map[string]any{"Table": map[string]any{"CreationDateTime": 1790000000}} },
	"FilterLogEvents": func(int) any {
		return map[string]any{"events": []any{map[string]any{"message": evil, "timestamp": 1790000000000}}}
	},
	"SendMessage": func(int) any { return map[string]any{"MessageId": evil} },
}

// succeeded answers that every entry of a batch succeeded.
func succeeded(r *http.Request) any {
	var in struct{ Entries []map[string]any }
	_ = json.NewDecoder(r.Body).Decode(&in) // without entries, the client complains
	out := map[string][]any{}
	for _, e := range in.Entries {
		out["Successful"] = append(out["Successful"], map[string]any{"Id": e["Id"]})
	}
	return out
}

func evilItem(key string) map[string]any {
	return map[string]any{
		"pk": clitest.S(key), "state": clitest.S("FAILED"), "reason": clitest.S(evil), "type": clitest.S(evil + "\nforged row"), "fence": clitest.N(1),
		"attempts": clitest.N(1), "received": clitest.N(1790000000000), "dedup_until": clitest.N(1790000000000), "exp": clitest.N(4000000000),
		"hash": clitest.S(evil), "since": clitest.N(1790000000000), "kind": clitest.S(evil + "\nforged row"), "done": map[string]any{"SS": []string{evil}}, "started": map[string]any{"SS": []string{evil}},
		"tries": clitest.S(`[{"at":1790000000000,"attempt":1,"outcome":"failed","handler":` + quoted(evil) + `,"error":` + quoted(evil) + `}]`),
	}
}

func sqsMessage(id, body string, attributes map[string]string) map[string]any {
	sum := md5.Sum([]byte(body))
	values := map[string]any{}
	for name, value := range attributes {
		values[name] = map[string]any{"DataType": "String", "StringValue": value}
	}
	return map[string]any{"MessageId": id, "ReceiptHandle": id, "Body": body, "MD5OfBody": hex.EncodeToString(sum[:]), "MessageAttributes": values}
}

func quoted(text string) string {
	b, _ := json.Marshal(text) // a string
	return string(b)
}

// TestTerminal runs every command as a process, with hostile arguments, against services that
// answer with errors and with contents full of control characters. No output may steer a
// terminal. Each row with a service has to show something hostile, or the test shows nothing.
func TestTerminal(t *testing.T) {
	t.Parallel()
	const none = "" // nothing hostile can reach the output
	rows := map[string][]struct{ args, shows string }{
		"run":                    {{"--once --addr EVIL", none}},
		"send":                   {{"tin_match --to URL", `\u009b`}, {"--file EVIL --provider kyc", `\u009b`}},
		"sign":                   {{"--file EVIL --provider kyc", `\u009b`}, {"tin_match --provider EVIL", none}},
		"traffic":                {{"--to URL --for 1s --rate 5/s --fast", none}},
		"types":                  {{"EVIL", none}},
		"samples":                {{"EVIL", none}},
		"completion":             {{"EVIL", none}},
		"cost":                   {{"EVIL", none}},
		"sources list":           {{"", `\u009b`}},
		"sources set":            {{"kyc --secret-env SECRET --yes", `\u009b`}},
		"sources remove":         {{"EVIL --yes", `\u009b`}},
		"sources rotate":         {{"EVIL --secret-env SECRET --yes", `\u009b`}},
		"sources revoke":         {{"EVIL --secret-env SECRET --yes", `\u009b`}},
		"sources url":            {{"EVIL", `\u009b`}},
		"sources key":            {{"--yes", `\u009b`}},
		"sources downgrade":      {{"--yes", none}},
		"sources check":          {{"", `\u009b`}},
		"doctor":                 {{"", `\u009b`}},
		"console":                {{"--addr EVIL", none}},
		"events list":            {{"", `\u009b`}, {"--json", `\u009b`}, {"--state open", `\u009b`}, {"--all", `\u009b`}, {"--all --json", `\u009b`}},
		"events find":            {{"--contains EVIL", `\u009b`}, {"--field a=EVIL --json", `\u009b`}},
		"events export":          {{"", `\u009b`}, {"--bodies", `\u009b`}},
		"events erase":           {{"--contains body --yes", `\u009b`}, {"--contains body --dry-run --json", `\u009b`}, {"--state s --key EVIL --yes", ""}},
		"events tail":            {{"--id EVIL", none}}, // ends at once, as no log group of process is named
		"events reindex":         {{"", `\u009b`}},
		"events show":            {{"kyc evt_1 --payload", `\u009b`}, {"kyc#EVIL --json", `\u009b`}},
		"events pull":            {{"kyc#EVIL --yes --to URL", `\u009b`}, {"--since 7d --yes --json --to EVIL", none}},
		"events retry":           {{"kyc#EVIL --yes", `\u009b`}},
		"events cancel":          {{"kyc#EVIL --yes", `\u009b`}},
		"events replay":          {{"--source kyc --dry-run", `\u009b`}, {"kyc evt_1 --yes --handler EVIL", `\u009b`}},
		"dead list":              {{"", `\u009b`}, {"--json", `\u009b`}},
		"dead show":              {{"evt_1 --payload", `\u009b`}},
		"dead redrive":           {{"--all --dry-run", `\u009b`}, {"--all --yes", `\u009b`}, {"--all --yes --json", `\u009b`}},
		"dead drop":              {{"--all --dry-run", `\u009b`}, {"--all --yes", `\u009b`}, {"--all --yes --json", `\u009b`}},
		"quarantine list":        {{"", none}, {"--json", none}},
		"quarantine show":        {{"EVIL --body", none}},
		"quarantine verify":      {{"--source EVIL", none}},
		"quarantine release":     {{"EVIL --yes --json", none}},
		"quarantine drop":        {{"--code EVIL --yes", `\u009b`}},
		"pause":                  {{"", none}},
		"resume":                 {{"", none}},
		"upkeep":                 {{"", none}, {"--stack EVIL --json", `\u009b`}},
		"register kyc":           {{"--token-env TOKEN --url https://a.example/hooks/kyc --yes --api URL --secret-out FILE", none}},
		"reconcile kyc":          {{"--token-env TOKEN --session EVIL --dry-run --api URL", `\u009b`}, {"--kept --dry-run --token-env TOKEN --api URL", `\u009b`}},
		"reconcile compliancely": {{"--token-env TOKEN --id EVIL --dry-run --api URL", `\u009b`}},
	}
	for _, name := range leaves(newRoot(clitest.Call{}.NewEnv(new(strings.Builder), new(strings.Builder)))) {
		if rows[name] == nil {
			t.Errorf("say what of %q to run", name)
		}
		for _, row := range rows[name] {
			for _, refuses := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s %s, refused %v", name, row.args, refuses), func(t *testing.T) {
					t.Parallel()
					h := newHostile(t, refuses)
					args := strings.Fields(name + " " + row.args)
					for i := range args {
						args[i] = strings.NewReplacer("EVIL", "x"+evil, "URL", h.URL, "FILE", t.TempDir()+"/secret").Replace(args[i])
					}
					wantHarmless(t, h, row.shows, args)
				})
			}
		}
	}
	for _, args := range [][]string{{evil}, {"send", "--" + evil}, {"events", evil}, {"doctor", "--stack", evil}, {"dead", "list", "--reason", evil}} {
		wantHarmless(t, newHostile(t, true), `\u009b`, args)
	}
}

// wantHarmless runs a command line, and wants the text in its output, and no control
// characters.
func wantHarmless(t *testing.T, h *hostile, want string, args []string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "hookctl", args...)
	c.Env = append(slices.DeleteFunc(c.Environ(), func(v string) bool { return strings.HasPrefix(v, "AWS_") }), h.env()...)
	c.Env = append(c.Env, "HOME="+t.TempDir())
	out, err := c.CombinedOutput()
	if cli.Visible(string(out)) != string(out) {
		t.Errorf("%q prints control characters:\n%q", args, out)
	}
	if !strings.Contains(string(out), want) || strings.Contains(string(out), "\nforged row") {
		t.Errorf("%q: %v, want %s in the output, and no row of its own:\n%s", args, err, want, out)
	}
}

// leaves returns the names of all commands that do something.
func leaves(c *cobra.Command) (names []string) {
	for _, sub := range c.Commands() {
		if sub.Name() == "help" {
			continue
		}
		if !sub.HasSubCommands() {
			names = append(names, strings.TrimPrefix(sub.CommandPath(), "go tool hookctl "))
		}
		names = append(names, leaves(sub)...)
	}
	return names
}
