package engine_test

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"runtime"
	"testing"

	"example.com/ddb/internal/engine"
	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/fault"
	"example.com/ddb/internal/engine/store"
)

// FuzzServe sends anything to every operation. It never panics, answers with
// JSON or with a refusal, is never at fault itself, and takes no more memory
// than a multiple of the request. The seeds are the fidelity vectors.
func FuzzServe(f *testing.F) {
	files, err := filepath.Glob("testdata/fidelity/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		for _, v := range readVectors(f, file) {
			for _, s := range v.steps {
				f.Add(s.operation, s.body)
			}
		}
	}
	f.Fuzz(func(t *testing.T, operation, body string) {
		if len(body) > maxFuzzed || !engine.Knows(operation) {
			return
		}
		e, err := engine.New(engine.Config{Store: store.NewMemory()})
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		for _, setUp := range fuzzTables {
			if _, err := e.Serve(t.Context(), setUp[0], []byte(setUp[1]), nil); err != nil {
				t.Fatal(err)
			}
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		out, err := e.Serve(t.Context(), operation, []byte(body), nil)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20+maxPerByte*uint64(len(body)) {
			t.Fatalf("%s: %d bytes of request took %d bytes of memory", operation, len(body), took)
		}
		refusal, refused := errors.AsType[*apierror.Error](err)
		switch {
		case errors.Is(err, fault.ErrDropped):
		case refused && refusal.Status >= 500:
			t.Fatalf("%s %s: %v", operation, body, err)
		case err != nil && !refused:
			t.Fatalf("%s %s: %v", operation, body, err)
		case err == nil && !json.Valid(out):
			t.Fatalf("%s %s is answered with %s", operation, body, out)
		}
	})
}

const (
	// maxFuzzed bounds a body, so that one is quickly done with.
	maxFuzzed = 64 << 10
	// maxPerByte is the memory that a byte of a request may take. Most goes
	// into the messages that show a set, and into maps.
	maxPerByte = 1 << 10
)

// fuzzTables are what the fuzzed request finds: the names of the vectors.
var fuzzTables = [][2]string{
	{"CreateTable", `{"TableName":"hash","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}]}`},
	{"CreateTable", `{"TableName":"range","BillingMode":"PAY_PER_REQUEST",
		"AttributeDefinitions":[{"AttributeName":"p","AttributeType":"S"},{"AttributeName":"s","AttributeType":"N"},{"AttributeName":"t","AttributeType":"S"}],
		"KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"s","KeyType":"RANGE"}],
		"GlobalSecondaryIndexes":[{"IndexName":"by_t","KeySchema":[{"AttributeName":"t","KeyType":"HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}]}`},
	{"PutItem", `{"TableName":"hash","Item":{"a":{"S":"k"},"n":{"N":"5"},"l":{"L":[{"N":"2"},{"M":{"x":{"S":"y"}}}]},"ss":{"SS":["x","y"]}}}`},
	{"PutItem", `{"TableName":"range","Item":{"p":{"S":"a"},"s":{"N":"1"},"t":{"S":"t"},"n":{"N":"5"}}}`},
	{"PutItem", `{"TableName":"range","Item":{"p":{"S":"a"},"s":{"N":"2"},"t":{"S":"t"}}}`},
}
