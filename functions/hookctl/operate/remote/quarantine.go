package remote

import (
	"context"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/queue"
	"webhookintake/shared/vault"
	"webhookintake/shared/vault/quarantine"
)

func (s server) quarantined(ctx context.Context, in listIn) (out listOut, err error) {
	q, err := s.Quarantine()
	if err != nil {
		return out, err
	}
	out.Objects, err = q.List(ctx, in.After, in.Limit)
	return out, err
}

func (s server) request(ctx context.Context, in keyIn) (out requestOut, err error) {
	q, err := s.Quarantine()
	if err != nil {
		return out, err
	}
	out.Request, err = q.Get(ctx, in.Key)
	return out, err
}

func (s server) deleteRequest(ctx context.Context, in keyIn) (none, error) {
	q, err := s.Quarantine()
	if err != nil {
		return none{}, err
	}
	return none{}, q.Delete(ctx, in.Key)
}

func (s server) verifyRequest(ctx context.Context, in verifyIn) (out verifyOut, err error) {
	q, err := s.Quarantine()
	if err != nil {
		return out, err
	}
	r, err := quarantine.Decode(in.Request)
	if err != nil {
		return out, err
	}
	m, err := q.Verify(ctx, r)
	if err != nil {
		return out, err
	}
	out.Wire, err = queue.Encode(m)
	return out, err
}

// Quarantine implements [operate.Intake].
func (c *Client) Quarantine() (operate.Quarantine, error) { return quarantineClient{c}, nil }

type quarantineClient struct{ *Client }

// List implements [operate.Quarantine].
func (c quarantineClient) List(ctx context.Context, after string, limit int) ([]vault.Object, error) {
	var out listOut
	err := c.call(ctx, callQuarantined, listIn{after, limit}, &out)
	return out.Objects, err
}

// Get implements [operate.Quarantine].
func (c quarantineClient) Get(ctx context.Context, key string) ([]byte, error) {
	var out requestOut
	err := c.call(ctx, callRequest, keyIn{key}, &out)
	return out.Request, err
}

// Delete implements [operate.Quarantine].
func (c quarantineClient) Delete(ctx context.Context, key string) error {
	return c.call(ctx, callDeleteRequest, keyIn{key}, new(none))
}

// Verify implements [operate.Quarantine].
func (c quarantineClient) Verify(ctx context.Context, r quarantine.Request) (queue.Message, error) {
	var out verifyOut
	data, err := quarantine.Encode(r)
	if err != nil {
		return queue.Message{}, err
	}
	if err := c.call(ctx, callVerifyRequest, verifyIn{data}, &out); err != nil {
		return queue.Message{}, err
	}
	return queue.Decode(out.Wire), nil
}
