package environment_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/environment"
)

// reading is a Reader of the variables.
func reading(vars map[string]string) *environment.Reader {
	return environment.New(func(name string) string { return vars[name] })
}

func TestFaults(t *testing.T) {
	t.Parallel()
	const queueURL = "QUEUE: give the queue's URL, as https://sqs.<region>.amazonaws.com/<account>/<name>"
	for _, tt := range []struct {
		name string
		vars map[string]string
		read func(*environment.Reader)
		want string // of the line; empty for no fault
	}{
		{"queue", map[string]string{"QUEUE": "https://sqs.x/1/q"}, func(r *environment.Reader) { r.Queue("QUEUE") }, ""},
		{"no queue", nil, func(r *environment.Reader) { r.Queue("QUEUE") }, queueURL},
		{"queue that is no URL", map[string]string{"QUEUE": "s3cr3t"}, func(r *environment.Reader) { r.Queue("QUEUE") }, queueURL},
		{"queue in memory", map[string]string{"QUEUE": "memory:"}, func(r *environment.Reader) { r.Queue("QUEUE") }, "QUEUE: memory keeps nothing and is only for sam local; give the queue's URL, as https://sqs.<region>.amazonaws.com/<account>/<name>"},
		{"queue in memory under sam local", map[string]string{"QUEUE": "memory:", "AWS_SAM_LOCAL": "true"}, func(r *environment.Reader) { r.Queue("QUEUE") }, ""},
		{"table in memory", map[string]string{"TABLE": "memory:"}, func(r *environment.Reader) { r.Table("TABLE") }, "TABLE: memory keeps nothing and is only for sam local; give the table's name"},
		{"endpoint", map[string]string{"AT": "s3cr3t"}, func(r *environment.Reader) { r.Endpoint("AT") }, "AT: give a URL, as http://localhost:9324, or leave it empty"},
		{"empty endpoint", map[string]string{"AT": ""}, func(r *environment.Reader) { r.Endpoint("AT") }, ""},
		{"endpoint of every service", map[string]string{"AWS_ENDPOINT_URL": "s3cr3t"}, func(r *environment.Reader) { r.Endpoint("AT"); r.Endpoint("OTHER") }, "AWS_ENDPOINT_URL: give a URL, as http://localhost:9324, or leave it empty"},
		{"region", nil, func(r *environment.Reader) { r.Region() }, "AWS_REGION: give the region, as us-east-1; Lambda sets it"},
		{"secret key", map[string]string{"AWS_ACCESS_KEY_ID": "id"}, func(r *environment.Reader) { r.Credentials() }, "AWS_SECRET_ACCESS_KEY: give credentials for AWS; Lambda sets them"},
		{"seconds", map[string]string{"S": "1m"}, func(r *environment.Reader) { r.Seconds("S", 0) }, "S: give whole seconds, as 60"},
		{"bucket", map[string]string{"B": "S3cr3t"}, func(r *environment.Reader) { r.Bucket("B") }, "B: give the name of a bucket, 3 to 63 of a-z, 0-9, hyphens and dots, or leave it empty"},
		{"no bucket", nil, func(r *environment.Reader) { r.Bucket("B") }, ""},
		{"switch", map[string]string{"S": "yes"}, func(r *environment.Reader) { r.Switch("S") }, "S: give true or false"},
		{"watch", map[string]string{"WATCH": "all"}, func(r *environment.Reader) { r.Lean() }, "WATCH: give lean or full"},
		{"watch fully", map[string]string{"WATCH": "full"}, func(r *environment.Reader) { r.Lean() }, ""},
		{"switch off", map[string]string{"S": "false"}, func(r *environment.Reader) { r.Switch("S") }, ""},
		{"days", map[string]string{"D": "a week"}, func(r *environment.Reader) { r.Days("D") }, "D: give whole days, as 30"},
		{"no seconds at all", map[string]string{"S": "0"}, func(r *environment.Reader) { r.Seconds("S", 0) }, "S: give whole seconds, as 60"},
		{"the same twice", nil, func(r *environment.Reader) { r.Region(); r.Region() }, "AWS_REGION: give the region, as us-east-1; Lambda sets it"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := reading(tt.vars)
			tt.read(r)
			want, got := "", ""
			if tt.want != "" {
				want = "the environment is not right:\n" + tt.want
			}
			if err := r.Err(); err != nil {
				got = err.Error()
			}
			if got != want {
				t.Errorf("Err = %q, want %q", got, want)
			}
			if strings.Contains(got, "s3cr3t") {
				t.Errorf("Err = %q quotes a value", got)
			}
		})
	}
}

func TestEndpoint(t *testing.T) {
	t.Parallel()
	const own, every = "http://own", "http://every"
	for _, tt := range []struct {
		name string
		vars map[string]string
		want string
	}{
		{"neither", nil, ""},
		{"the service's own", map[string]string{"AT": own}, own},
		{"that of every service", map[string]string{"AWS_ENDPOINT_URL": every}, every},
		{"both", map[string]string{"AT": own, "AWS_ENDPOINT_URL": every}, own},
		{"the service's own is empty", map[string]string{"AT": "", "AWS_ENDPOINT_URL": every}, every},
		{"both, one of them no URL", map[string]string{"AT": own, "AWS_ENDPOINT_URL": "every"}, own},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := reading(tt.vars)
			if got := r.Endpoint("AT"); got != tt.want || r.Err() != nil {
				t.Errorf("Endpoint = %q, %v, want %q", got, r.Err(), tt.want)
			}
		})
	}
}

func TestDays(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{"": 0, "0": 0, "30": 30 * 24 * time.Hour} {
		r := environment.New(func(string) string { return value })
		if got := r.Days("D"); got != want || r.Err() != nil {
			t.Errorf("Days of %q = %v, %v, want %v", value, got, r.Err(), want)
		}
	}
}

func TestSeconds(t *testing.T) {
	t.Parallel()
	r := reading(map[string]string{"S": "90"})
	if got := r.Seconds("S", time.Minute); got != 90*time.Second {
		t.Errorf("Seconds = %v, want 1m30s", got)
	}
	if got := r.Seconds("UNSET", time.Minute); got != time.Minute {
		t.Errorf("Seconds of an unset variable = %v, want what stands in for it", got)
	}
}

// Everything that is wrong is said at once.
func Example() {
	r := environment.New(func(string) string { return "" })
	r.Queue("QUEUE_URL")
	r.Table("TABLE_NAME")
	fmt.Println(r.Err())
	// Output:
	// the environment is not right:
	// QUEUE_URL: give the queue's URL, as https://sqs.<region>.amazonaws.com/<account>/<name>
	// TABLE_NAME: give the table's name
}
