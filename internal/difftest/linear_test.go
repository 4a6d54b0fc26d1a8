package difftest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// A call is an operation on the number n of one item.
type call struct {
	operation string
	key       int
	// amount is put, added, or set by a swap, when n was expected before.
	amount, expected int
}

// A result is what the call told: whether the write was done, and the number
// that was read or made. An item that is not there has the number absent.
type result struct {
	done   bool
	number int
}

const absent = -1 << 20

// register is what one item may do: a linearizable register with a conditional
// swap and an addition.
var register = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		var parts [][]porcupine.Operation
		for key := range keys {
			var part []porcupine.Operation
			for _, o := range history {
				if o.Input.(call).key == key {
					part = append(part, o)
				}
			}
			parts = append(parts, part)
		}
		return parts
	},
	Init: func() any { return absent },
	Step: func(state, input, output any) (bool, any) {
		n, in, out := state.(int), input.(call), output.(result)
		switch in.operation {
		case "put":
			return out.done, in.amount
		case "get":
			return out.number == n, n
		case "delete":
			return out.number == n, absent
		case "swap":
			if n != in.expected {
				return !out.done, n
			}
			return out.done, in.amount
		}
		if n == absent {
			n = 0
		}
		return out.done && out.number == n+in.amount, n + in.amount
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v → %+v", input, output) },
}

const (
	keys    = 3
	clients = 8
	calls   = 150
)

// TestSingleItemsAreLinearizable lets clients put, read, delete, swap and add
// at once, and looks for an order in which all answers are right.
func TestSingleItemsAreLinearizable(t *testing.T) {
	s := newEngine(t)
	run := &run{t: t, ours: s}
	run.must(s, "CreateTable", json.RawMessage(`{"TableName":"registers","BillingMode":"PAY_PER_REQUEST",
		"AttributeDefinitions":[{"AttributeName":"k","AttributeType":"N"}],"KeySchema":[{"AttributeName":"k","KeyType":"HASH"}]}`))
	var mutex sync.Mutex
	var history []porcupine.Operation
	var group sync.WaitGroup
	start := time.Now()
	for client := range clients {
		r := rand.New(rand.NewPCG(1, uint64(client)))
		group.Go(func() {
			for range calls {
				c := call{
					operation: pick(r, []string{"put", "get", "get", "delete", "swap", "swap", "add"}),
					key:       r.IntN(keys), amount: r.IntN(3), expected: r.IntN(3),
				}
				o := porcupine.Operation{ClientId: client, Input: c, Call: time.Since(start).Nanoseconds()}
				out, err := c.run(s)
				if err != nil {
					t.Error(err)
					return
				}
				o.Output, o.Return = out, time.Since(start).Nanoseconds()
				mutex.Lock()
				history = append(history, o)
				mutex.Unlock()
			}
		})
	}
	group.Wait()
	if checked := porcupine.CheckOperationsTimeout(register, history, time.Minute); checked != porcupine.Ok {
		t.Errorf("the history of %d operations is not linearizable: %v", len(history), checked)
	}
	swaps := 0
	for _, o := range history {
		if o.Input.(call).operation == "swap" && o.Output.(result).done {
			swaps++
		}
	}
	if swaps == 0 {
		t.Error("no swap was done")
	}
}

// run sends the call.
func (c call) run(s side) (result, error) {
	body := map[string]any{"TableName": "registers"}
	key := item{"k": {"N": fmt.Sprint(c.key)}}
	number := func(n int) value { return value{"N": fmt.Sprint(n)} }
	operation := "UpdateItem"
	switch c.operation {
	case "put":
		operation, body["Item"] = "PutItem", item{"k": key["k"], "n": number(c.amount)}
	case "get":
		operation, body["Key"], body["ConsistentRead"] = "GetItem", key, true
	case "delete":
		operation, body["Key"], body["ReturnValues"] = "DeleteItem", key, "ALL_OLD"
	case "swap":
		body["Key"], body["UpdateExpression"], body["ConditionExpression"] = key, "SET n = :new", "n = :old"
		body["ExpressionAttributeValues"] = item{":new": number(c.amount), ":old": number(c.expected)}
	case "add":
		body["Key"], body["UpdateExpression"], body["ReturnValues"] = key, "ADD n :n", "UPDATED_NEW"
		body["ExpressionAttributeValues"] = item{":n": number(c.amount)}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return result{}, err
	}
	a, err := s.send(operation, text)
	if err != nil {
		return result{}, err
	}
	if a.kind != "" && a.kind != "ConditionalCheckFailedException" {
		return result{}, fmt.Errorf("%s %s: %s", operation, text, a.text)
	}
	return result{a.kind == "", numberIn(a.body)}, nil
}

// numberIn gives n of the item or of the attributes in an answer.
func numberIn(body map[string]any) int {
	for _, member := range []string{"Item", "Attributes"} {
		if it, ok := body[member].(map[string]any); ok {
			n, err := itemOf(it)["n"].int()
			if err == nil {
				return n
			}
		}
	}
	return absent
}

func (v value) int() (int, error) {
	text, _ := v["N"].(string)
	var n int
	_, err := fmt.Sscan(text, &n)
	return n, err
}
