package engine_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/ddb/internal/engine"
	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/store"
)

// A bank is two tables of accounts. An account has a balance and a reserve,
// and all of them together have the same sum, whatever is moved.
type bank struct {
	engine *engine.Engine
	moved  atomic.Int64
}

const (
	accounts = 3
	deposit  = 100
)

func newBank(t *testing.T, s store.Store) *bank {
	t.Helper()
	e, err := engine.New(engine.Config{Store: s})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	b := &bank{engine: e}
	for table := range 2 {
		b.must(t, "CreateTable", fmt.Sprintf(`{"TableName":"bank-%d","BillingMode":"PAY_PER_REQUEST",
			"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"N"},{"AttributeName":"balance","AttributeType":"N"}],
			"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
			"GlobalSecondaryIndexes":[{"IndexName":"by_balance","KeySchema":[{"AttributeName":"balance","KeyType":"HASH"}],
				"Projection":{"ProjectionType":"ALL"}}]}`, table))
		for id := range accounts {
			b.must(t, "PutItem", fmt.Sprintf(`{"TableName":"bank-%d","Item":{"id":{"N":"%d"},"balance":{"N":"%d"},"reserve":{"N":"0"}}}`,
				table, id, deposit))
		}
	}
	return b
}

// do runs an operation and gives the response, or the refusal's code.
func (b *bank) do(t *testing.T, operation, body string) (response, code string) {
	t.Helper()
	out, err := b.engine.Serve(t.Context(), operation, []byte(body), nil)
	if refusal, ok := errors.AsType[*apierror.Error](err); ok {
		return "", refusal.Code
	}
	if err != nil {
		t.Errorf("%s %s: %v", operation, body, err)
	}
	return string(out), ""
}

func (b *bank) must(t *testing.T, operation, body string) string {
	t.Helper()
	out, code := b.do(t, operation, body)
	if code != "" {
		t.Errorf("%s %s: %s", operation, body, code)
	}
	return out
}

// transfer moves an amount from an account to one in the other table, if it is
// there.
func (b *bank) transfer(t *testing.T, r *rand.Rand) {
	from, amount := r.IntN(2), 1+r.IntN(60)
	_, code := b.do(t, "TransactWriteItems", fmt.Sprintf(`{"TransactItems":[
		{"Update":{"TableName":"bank-%d","Key":{"id":{"N":"%d"}},"UpdateExpression":"SET balance = balance - :n",
			"ConditionExpression":"balance >= :n","ExpressionAttributeValues":{":n":{"N":"%d"}}}},
		{"Update":{"TableName":"bank-%d","Key":{"id":{"N":"%d"}},"UpdateExpression":"ADD balance :n",
			"ExpressionAttributeValues":{":n":{"N":"%[3]d"}}}}]}`, from, r.IntN(accounts), amount, 1-from, r.IntN(accounts)))
	b.settle(t, code, "TransactionCanceledException")
}

// set aside moves an amount within an account, if it is there.
func (b *bank) setAside(t *testing.T, r *rand.Rand) {
	from, to := "balance", "reserve"
	if r.IntN(2) == 0 {
		from, to = to, from
	}
	_, code := b.do(t, "UpdateItem", fmt.Sprintf(`{"TableName":"bank-%d","Key":{"id":{"N":"%d"}},
		"UpdateExpression":"SET %s = %[3]s - :n, %s = %[4]s + :n","ConditionExpression":"%[3]s >= :n",
		"ExpressionAttributeValues":{":n":{"N":"%[5]d"}}}`, r.IntN(2), r.IntN(accounts), from, to, 1+r.IntN(60)))
	b.settle(t, code, "ConditionalCheckFailedException")
}

func (b *bank) settle(t *testing.T, code, allowed string) {
	switch code {
	case "":
		b.moved.Add(1)
	case allowed:
	default:
		t.Errorf("refused with %s", code)
	}
}

// sum reads all accounts at one moment. None may be overdrawn.
func (b *bank) sum(t *testing.T) int {
	gets := ""
	for i := range 2 * accounts {
		if i > 0 {
			gets += ","
		}
		gets += fmt.Sprintf(`{"Get":{"TableName":"bank-%d","Key":{"id":{"N":"%d"}}}}`, i%2, i/2)
	}
	var a struct {
		Responses []struct {
			Item struct {
				Balance struct {
					N int `json:",string"`
				} `json:"balance"`
				Reserve struct {
					N int `json:",string"`
				} `json:"reserve"`
			}
		}
	}
	if err := json.Unmarshal([]byte(b.must(t, "TransactGetItems", `{"TransactItems":[`+gets+`]}`)), &a); err != nil {
		t.Error(err)
	}
	sum := 0
	for _, response := range a.Responses {
		balance, reserve := response.Item.Balance.N, response.Item.Reserve.N
		if balance < 0 || reserve < 0 {
			t.Errorf("an account has %d and %d", balance, reserve)
		}
		sum += balance + reserve
	}
	return sum
}

// TestTransfersKeepTheSum lets 8 goroutines move amounts between tables and
// within accounts while others read all accounts.
func TestTransfersKeepTheSum(t *testing.T) {
	t.Run("memory", func(t *testing.T) { testTransfers(t, store.NewMemory(), 200) })
	t.Run("file", func(t *testing.T) {
		s, err := store.OpenFile(filepath.Join(t.TempDir(), "bank"))
		if err != nil {
			t.Fatal(err)
		}
		testTransfers(t, s, 20)
	})
}

func testTransfers(t *testing.T, s store.Store, rounds int) {
	b := newBank(t, s)
	var writers, readers sync.WaitGroup
	done := make(chan struct{})
	for i := range 8 {
		r := rand.New(rand.NewPCG(1, uint64(i)))
		writers.Go(func() {
			for range rounds {
				b.transfer(t, r)
				b.setAside(t, r)
			}
		})
	}
	for range 2 {
		readers.Go(func() {
			for {
				if sum := b.sum(t); sum != 2*accounts*deposit {
					t.Errorf("the sum is %d", sum)
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	writers.Wait()
	close(done)
	readers.Wait()
	if moved := b.moved.Load(); moved < int64(rounds) {
		t.Errorf("only %d amounts were moved", moved)
	}
}
