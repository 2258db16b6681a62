package pipeline_test

import (
	"net/http/httptest"
	"testing"

	"webhookintake/functions/hookctl/operate/operatetest"
	"webhookintake/functions/hookctl/operate/remote"
	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/shared/hook"
	"webhookintake/shared/source"
)

func newPipeline() *pipeline.Pipeline {
	return pipeline.New(pipeline.Options{Sources: source.Fixed(nil), Handlers: new(hook.Registry)})
}

func TestIntake(t *testing.T) {
	t.Parallel()
	operatetest.Run(t, func(*testing.T) operatetest.Harness {
		p := newPipeline()
		return operatetest.Harness{Intake: p.Intake(), Store: p.Ledger}
	})
}

// The same on the other side of the calls that commands send.
func TestRemoteIntake(t *testing.T) {
	t.Parallel()
	operatetest.Run(t, func(t *testing.T) operatetest.Harness {
		p := newPipeline()
		token := remote.NewToken()
		s := httptest.NewServer(remote.Handler(p.Intake(), token))
		t.Cleanup(s.Close)
		client := &remote.Client{Address: remote.Address{URL: s.URL, Token: token}, HTTP: s.Client()}
		return operatetest.Harness{Intake: client, Store: p.Ledger}
	})
}
