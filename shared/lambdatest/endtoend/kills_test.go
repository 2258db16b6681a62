package endtoend

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"webhookintake/shared/lambdatest"
	"webhookintake/shared/queue"
	"webhookintake/shared/queue/sqs"
	"webhookintake/shared/vault"
	"webhookintake/shared/webhook"
)

const (
	killedEvents = 5000
	kills        = 160
	failEvery    = 50 // every 50th event fails permanently
	together     = 5  // the number of consecutive events of one conversation
)

// Thousands of events are received, drained from the vault and processed while each of the
// three functions is killed at random moments, 160 times in all, and queue and ledger are
// unavailable for a while. In the end every effect happened once, every event moved its
// conversation once, and only events that fail permanently are dead-lettered.
func TestEngineKills(t *testing.T) {
	e := newEngines(t)
	fill(t, e)
	ledgerAway, ledgerURL := newOutage(t, e.dynamoURL)
	queueAway, queueURL := newOutage(t, e.sqsURL)
	c := consume(t, e, 3, 12*time.Second, map[string]string{
		"AWS_ENDPOINT_URL_DYNAMODB": ledgerURL, "AWS_ENDPOINT_URL_SQS": queueURL,
		"SAID_TABLE": e.effects,
	})
	proxied := *e
	proxied.sqsURL = queueURL
	var victims []victim
	for _, p := range c.instances {
		victims = append(victims, victim{Process: p})
	}
	var posting sync.WaitGroup
	for lane := range 2 {
		ingest := lambdatest.Run(t, ingestProgram.Path(t), proxied.spilling())
		posting.Go(func() { postLane(t, ingest, lane) })
		// Each upkeep has a lease of its own, as if the table did not answer: so two run at once.
		table := e.table(t, e.ledger+"-lease"+strconv.Itoa(lane))
		upkeep := upkeep(t, &proxied, table)
		died := schedule(t, upkeep, 10*time.Millisecond, time.Minute)
		t.Cleanup(func() { t.Logf("upkeep %d died in %d runs", lane, died.Load()) })
		victims = append(victims, victim{Process: ingest}, victim{upkeep, table})
	}
	// The engines are unavailable early on: the more often a message was received, the
	// longer it waits for an engine, up to 15 minutes.
	kill(t, e, victims, func(n int) {
		ledgerAway.set(n >= 15 && n < 19)
		queueAway.set(n >= 5 && n < 9)
		spillShare(t, e, n)
	})
	posting.Wait()
	await(t, "upkeep has sent what was spilled", func() bool { return e.spilled(t, 1) == 0 })
	await(t, "the queue is empty", func() bool { return e.waiting(t) == 0 })
	checkEffects(t, e)
	checkConversations(t, e)
	checkLetters(t, e)
}

func eventID(n int) string { return fmt.Sprintf("evt_%05d", n) }

func failsForGood(n int) bool { return n%failEvery == 0 }

// The ways of an event into the queue: three of five are there from the start, one is spilled,
// and one is posted to ingest.
const (
	posted  = 3
	spilled = 4
)

func way(n int) int { return n / 7 % 5 }

func killedEvent(n int) delivery {
	do := "count"
	if failsForGood(n) {
		do = "permanent"
	}
	return contiguityEvent("text.incoming.mms", eventID(n), fmt.Sprint(do, " ", n/together))
}

func killedMessage(n int) queue.Message {
	d := killedEvent(n)
	return queue.Message{Event: webhook.Event{
		Source: d.source, Provider: d.source, ID: eventID(n), Type: "text.incoming.mms",
		Received: time.Now(), Raw: d.request.Body,
	}}
}

// spillShare spills a share of the events before each kill, as ingest does without a queue.
func spillShare(t *testing.T, e *engines, kill int) {
	t.Helper()
	v := e.vault(t)
	for n := range killedEvents {
		if way(n) != spilled || n%kills != kill {
			continue
		}
		m := killedMessage(n)
		data, err := queue.Pack(m, webhook.Hasher{})
		if err == nil {
			err = v.Put(t.Context(), vault.SpillKey(m.Received), data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// postLane posts the lane's half of the events to ingest, each until it is acknowledged.
func postLane(t *testing.T, ingest *lambdatest.Process, lane int) {
	server := httptest.NewServer(lambdatest.Gateway(ingest))
	defer server.Close()
	for n := range killedEvents {
		if way(n) != posted || n%2 != lane {
			continue
		}
		event := killedEvent(n) // whose body has the time: a provider sends the same one again
		for event.post(t, server.URL) != http.StatusOK {
			pause(t, 100*time.Millisecond)
			if t.Context().Err() != nil {
				return
			}
		}
	}
}

// fill puts events into the queue, as ingest does.
func fill(t *testing.T, e *engines) {
	t.Helper()
	q, err := sqs.New(sqs.Options{URL: e.queueURL, Region: region, Endpoint: e.sqsURL, Credentials: sample})
	if err != nil {
		t.Fatal(err)
	}
	var filling sync.WaitGroup
	for lane := range 16 {
		filling.Go(func() {
			for n := lane; n < killedEvents; n += 16 {
				if way(n) == spilled || way(n) == posted {
					continue
				}
				if err := q.Send(t.Context(), killedMessage(n), 0); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	filling.Wait()
	if t.Failed() {
		t.FailNow()
	}
}

// A victim is a program to kill.
type victim struct {
	*lambdatest.Process
	lease string // the table with upkeep's lease, which ends with it
}

// kill kills programs, one after another, and starts them again. It calls disturb before
// each kill, with the number of kills so far.
func kill(t *testing.T, e *engines, victims []victim, disturb func(n int)) {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for n := range kills {
		disturb(n)
		pause(t, time.Duration(20+random.IntN(400))*time.Millisecond)
		v := victims[random.IntN(len(victims))]
		if err := v.Restart(); err != nil {
			t.Fatal(err)
		}
		if v.lease != "" {
			e.endLease(t, v.lease)
		}
	}
	disturb(kills)
}

// pause lets the programs run for a moment. The time of a kill must not depend on what they
// do.
func pause(t *testing.T, d time.Duration) {
	select {
	case <-time.After(d):
	case <-t.Context().Done():
	}
}

// waiting returns the number of messages in the queue, in flight or not.
func (e *engines) waiting(t *testing.T) int {
	t.Helper()
	out, err := e.sqs.GetQueueAttributes(t.Context(), &awssqs.GetQueueAttributesInput{
		QueueUrl: &e.queueURL, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll},
	})
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, name := range []string{"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"} {
		n, _ := strconv.Atoi(out.Attributes[name])
		total += n
	}
	return total
}

func checkEffects(t *testing.T, e *engines) {
	t.Helper()
	counts := e.effectCounts(t)
	wrong := 0
	for n := range killedEvents {
		key := "contiguity#" + eventID(n)
		for _, effect := range []string{key, key + ":again"} {
			want := "1"
			if failsForGood(n) {
				want = ""
			}
			if counts[effect] != want {
				wrong++
				t.Logf("effect %s happened %q times, want %q", effect, counts[effect], want)
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%d effects are wrong", wrong)
	}
	failing := killedEvents / failEvery
	if states := e.states(t); states["COMPLETED"] != killedEvents-failing || states["FAILED"] != failing || len(states) != 2 {
		t.Errorf("records by state: %v, want %d completed and %d failed", states, killedEvents-failing, failing)
	}
}

// checkLetters wants a dead letter for each event that fails permanently, and no others. A
// kill between the letter and its record may duplicate one.
func checkLetters(t *testing.T, e *engines) {
	t.Helper()
	q, err := sqs.New(sqs.Options{URL: e.deadURL, Region: region, Endpoint: e.sqsURL, Credentials: sample})
	if err != nil {
		t.Fatal(err)
	}
	letters := map[string]bool{}
	for {
		ms, err := q.Receive(t.Context(), queue.MaxBatch, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(ms) == 0 {
			break
		}
		for _, m := range ms {
			letters[m.ID] = true
			if m.Failure == nil || m.Failure.Reason != queue.ReasonPermanent {
				t.Errorf("letter of %s: %+v, want permanent", m.ID, m.Failure)
			}
		}
	}
	for n := range killedEvents {
		if letters[eventID(n)] != failsForGood(n) {
			t.Errorf("%s dead-lettered: %v, want %v", eventID(n), letters[eventID(n)], failsForGood(n))
		}
	}
}
