package engine

import (
	"fmt"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/request"
	"example.com/ddb/internal/engine/wire"
)

// The quotas of a new account, which are told and not enforced, see
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
const (
	accountCapacity = 80000
	tableCapacity   = 40000
)

func (e *Engine) describeLimits(r *wire.Reader) (action, *apierror.Error) {
	if err := (request.Nothing{}).Read(r); err != nil {
		return action{}, err
	}
	return action{run: func(out []byte) ([]byte, error) {
		return fmt.Appendf(out, `{"AccountMaxReadCapacityUnits":%d,"AccountMaxWriteCapacityUnits":%d,`+
			`"TableMaxReadCapacityUnits":%d,"TableMaxWriteCapacityUnits":%d}`,
			accountCapacity, accountCapacity, tableCapacity, tableCapacity), nil
	}}, nil
}

// endpointMinutes is how long a client may keep an endpoint.
const endpointMinutes = 1440

// describeEndpoints is the one operation that the handler answers itself: with
// the address that the request came to, so that a client that looks for
// endpoints is never sent to the service.
const describeEndpoints = "DescribeEndpoints"

func (e *Engine) endpoints(out []byte, host string, body []byte) ([]byte, error) {
	if e.closed.Load() {
		return out, apierror.Closed()
	}
	if err := (request.Nothing{}).Read(wire.NewReader(body)); err != nil {
		return out, err
	}
	out = wire.AppendText(append(out, `{"Endpoints":[{"Address":`...), host)
	return fmt.Appendf(out, `,"CachePeriodInMinutes":%d}]}`, endpointMinutes), nil
}
