package remote

import (
	"context"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/queue"
	"webhookintake/shared/vault"
	"webhookintake/shared/vault/quarantine"
)

func objects(ctx context.Context, v operate.Vault, in listIn) (out listOut, err error) {
	out.Objects, err = v.List(ctx, in.Prefix, in.After, in.Limit)
	return out, err
}

func object(ctx context.Context, v operate.Vault, in keyIn) (out payloadOut, err error) {
	out.Payload, err = v.Get(ctx, in.Key)
	return out, err
}

func deleteObject(ctx context.Context, v operate.Vault, in keyIn) (none, error) {
	return none{}, v.Delete(ctx, in.Key)
}

func verifyRequest(ctx context.Context, q operate.Quarantine, in verifyIn) (out verifyOut, err error) {
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

// Vault implements [operate.Intake].
func (c *Client) Vault() (operate.Vault, error) { return vaultClient{c}, nil }

// Quarantine implements [operate.Intake].
func (c *Client) Quarantine() (operate.Quarantine, error) { return vaultClient{c}, nil }

type vaultClient struct{ *Client }

// List implements [operate.Vault].
func (c vaultClient) List(ctx context.Context, prefix, after string, limit int) ([]vault.Object, error) {
	var out listOut
	err := c.call(ctx, callObjects, listIn{prefix, after, limit}, &out)
	return out.Objects, err
}

// Get implements [operate.Vault].
func (c vaultClient) Get(ctx context.Context, key string) ([]byte, error) {
	var out payloadOut
	err := c.call(ctx, callObject, keyIn{key}, &out)
	return out.Payload, err
}

// Delete implements [operate.Vault].
func (c vaultClient) Delete(ctx context.Context, key string) error {
	return c.call(ctx, callDeleteObject, keyIn{key}, new(none))
}

// Verify implements [operate.Quarantine].
func (c vaultClient) Verify(ctx context.Context, r quarantine.Request) (queue.Message, error) {
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
