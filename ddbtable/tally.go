package ddbtable

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/internal/wire"
)

// A tally counts what the requests of one operation cost. The nil tally counts
// nothing.
type tally struct {
	settings *settings
	began    time.Time

	mu   sync.Mutex
	call Call
}

func newTally(s *settings, op, table string) *tally {
	return &tally{settings: s, began: s.wait.clock.Now(), call: Call{Op: op, Table: table}}
}

// observed is the table whose requests are counted for one operation, and
// their tally; the table itself without OnCall.
func (t *Table[T]) observed(op string) (*Table[T], *tally) {
	if t == nil {
		return nil, nil
	}
	c, a := t.core.observed(op)
	if a == nil {
		return t, nil
	}
	return &Table[T]{*c, t.def}, a
}

func (t *core) observed(op string) (*core, *tally) {
	if t == nil || t.settings.onCall == nil {
		return t, nil
	}
	counted := *t
	a := newTally(&t.settings, op, t.settings.name)
	counted.sender = &tallySender{t.sender, a}
	return &counted, a
}

// done tells that the operation is over, and returns its error.
func (a *tally) done(ctx context.Context, err error) error {
	if a == nil {
		return err
	}
	a.mu.Lock()
	call := a.call
	a.mu.Unlock()
	call.Duration, call.Err = a.settings.wait.clock.Now().Sub(a.began), err
	a.settings.onCall(ctx, call)
	return err
}

// observedTransaction counts the requests of a transaction for the first table
// that has OnCall.
func observedTransaction(a *tally, s *settings, via sender, op string, tables []string) (sender, *tally) {
	if a != nil || s.onCall == nil {
		return via, a
	}
	a = newTally(s, op, strings.Join(tables, ", "))
	return &tallySender{via, a}, a
}

// A tallySender counts what it sends.
type tallySender struct {
	sender
	tally *tally
}

func (s *tallySender) send(ctx context.Context, c *call) (reply, error) {
	c.capacity = true
	if c.seen == nil {
		c.seen = new(attempts)
	}
	before := c.seen.repeated
	out, err := s.sender.send(ctx, c)
	s.tally.add(c, &out, c.seen.repeated-before, err)
	return out, err
}

func (a *tally) add(c *call, out *reply, repeated int, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.call.Requests++
	a.call.Attempts += 1 + repeated
	if c.index != "" { // the items of an index may be read from the table
		a.call.Index = c.index
	}
	if err == nil {
		a.call.Items += c.items(out)
	}
	for _, consumed := range out.capacity {
		a.consume(c.op, &consumed)
	}
}

// items is how many items the answer holds, or the request wrote.
func (c *call) items(out *reply) int {
	switch c.op {
	case opGetItem:
		if out.item.none() {
			return 0
		}
	case opQuery, opScan:
		return out.count
	case opBatchGet:
		return c.rows.count()
	case opTransactGet:
		n := 0
		for _, found := range out.found {
			if !found.none() {
				n++
			}
		}
		return n
	case opBatchWrite:
		return len(c.writes) - len(out.left)
	case opTransactWrite:
		return len(c.parts)
	}
	return 1
}

// consume adds what one request consumed on one table.
func (a *tally) consume(op operation, c *types.ConsumedCapacity) {
	units := func(n *float64) Capacity {
		switch op {
		case opGetItem, opQuery, opScan, opBatchGet, opTransactGet:
			return Capacity{Read: aws.ToFloat64(n)}
		}
		return Capacity{Write: aws.ToFloat64(n)}
	}
	a.call.Capacity = a.call.Capacity.plus(units(c.CapacityUnits))
	if a.call.Indexes == nil {
		a.call.Indexes = make(map[string]Capacity)
	}
	own := c.CapacityUnits
	if c.Table != nil {
		own = c.Table.CapacityUnits
	}
	if aws.ToFloat64(own) > 0 {
		a.call.Indexes[""] = a.call.Indexes[""].plus(units(own))
	}
	for _, indexes := range []map[string]types.Capacity{c.GlobalSecondaryIndexes, c.LocalSecondaryIndexes} {
		for name, x := range indexes {
			a.call.Indexes[name] = a.call.Indexes[name].plus(units(x.CapacityUnits))
		}
	}
}

// wanted is what the request asks for in the SDK's type.
func (c *call) wanted() types.ReturnConsumedCapacity {
	if c.capacity {
		return types.ReturnConsumedCapacityIndexes
	}
	return ""
}

// appendWanted adds it to a request's JSON.
func (c *call) appendWanted(body []byte) []byte {
	if !c.capacity {
		return body
	}
	return append(body[:len(body)-1], `,"ReturnConsumedCapacity":"INDEXES"}`...)
}

// capacities are the consumed capacities that a response of one table has.
func capacities(c *types.ConsumedCapacity) []types.ConsumedCapacity {
	if c == nil {
		return nil
	}
	return []types.ConsumedCapacity{*c}
}

// parseCapacity reads consumed capacity: of one table or, where a call can be on
// several, in a list.
func (c *call) parseCapacity(scan *wire.Scanner) (all []types.ConsumedCapacity, err error) {
	text, err := scan.Skip()
	if err != nil {
		return nil, err
	}
	if c.several != nil {
		err = json.Unmarshal(text, &all)
		return all, err
	}
	var one *types.ConsumedCapacity
	err = json.Unmarshal(text, &one)
	return capacities(one), err
}
