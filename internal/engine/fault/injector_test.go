package fault_test

import (
	"testing"

	"example.com/ddb/internal/engine/fault"
)

// struck tells whether a request is throttled.
func struck(t *testing.T, in *fault.Injector, body string) bool {
	t.Helper()
	effects := in.Match(&fault.Request{
		Operation: "PutItem", Table: "tab", Body: []byte(body), ARN: func(table string) string { return table },
	})
	return effects.Before(t.Context()) != nil
}

// A merciful fault that strikes whatever it may lets a request pass when it
// comes again, though its members come in another order, and no other one.
func TestAMercifulFaultSparesARequestThatComesAgain(t *testing.T) {
	in := new(fault.Injector)
	in.Inject(fault.Fault{Kind: fault.Throttle, Merciful: true})
	first, reordered, other := `{"a":{"S":"x"},"b":{"N":"1"}}`, `{"b":{"N":"1"},"a":{"S":"x"}}`, `{"a":{"S":"y"},"b":{"N":"1"}}`
	if !struck(t, in, first) {
		t.Error("the first request passes")
	}
	if struck(t, in, first) || struck(t, in, reordered) {
		t.Error("a request is struck again")
	}
	if !struck(t, in, other) {
		t.Error("another request passes")
	}
	if struck(t, in, other) {
		t.Error("the other request is struck again")
	}
}

// The first element of a batch is done, whatever the faults.
func TestAMercifulFaultLeavesNotAll(t *testing.T) {
	in := new(fault.Injector)
	in.Inject(fault.Fault{Kind: fault.Unprocessed, Merciful: true})
	for range 3 {
		effects := in.Match(&fault.Request{Operation: "BatchGetItem", Table: "tab"})
		if effects.Leaves("tab") || !effects.Leaves("tab") || !effects.Leaves("tab") {
			t.Error("not the first element alone is done")
		}
	}
}
