package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
)

// A direct caller sends requests to a handler without an SDK and a socket, and
// allocates nothing itself. It is for one goroutine.
type direct struct {
	handler http.Handler
	request *http.Request
	body    bytes.Reader
	answer  kept
}

// A kept response is used again and again.
type kept struct {
	header http.Header
	status int
	body   []byte
}

// Header implements http.ResponseWriter.
func (k *kept) Header() http.Header { return k.header }

// WriteHeader implements http.ResponseWriter.
func (k *kept) WriteHeader(status int) { k.status = status }

// Write implements http.ResponseWriter.
func (k *kept) Write(p []byte) (int, error) {
	k.body = append(k.body, p...)
	return len(p), nil
}

func newDirect(h http.Handler) *direct {
	d := &direct{handler: h, request: httptest.NewRequest(http.MethodPost, "/", nil)}
	d.answer.header = make(http.Header)
	d.request.Header = http.Header{
		"Content-Type":  {"application/x-amz-json-1.0"},
		"X-Amz-Date":    {"20260101T000000Z"},
		"Authorization": {"AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c"},
		"X-Amz-Target":  {""},
	}
	d.request.Body = io.NopCloser(&d.body)
	return d
}

// A call is an operation, its target ready made, and a request body.
type call struct {
	target []string
	body   []byte
}

func newCall(operation, body string) call {
	return call{[]string{"DynamoDB_20120810." + operation}, []byte(body)}
}

// send sends a call. The answer's body is valid until the next one.
func (d *direct) send(c call) ([]byte, error) {
	d.request.Header["X-Amz-Target"] = c.target
	d.body.Reset(c.body)
	d.request.ContentLength = int64(len(c.body))
	clear(d.answer.header)
	d.answer.body = d.answer.body[:0]
	d.handler.ServeHTTP(&d.answer, d.request)
	if d.answer.status != http.StatusOK {
		return nil, fmt.Errorf("%s: %d %s", c.target[0], d.answer.status, d.answer.body)
	}
	return d.answer.body, nil
}

// A script makes calls of one operation for a table of count orders.
type script struct {
	name string
	call func(r *rand.Rand, count int) call
}

var scripts = []script{
	{"GetItem", func(r *rand.Rand, count int) call {
		return newCall("GetItem", fmt.Sprintf(`{"TableName":"%s","Key":{"order_id":{"S":"%s"}}}`, tableName, id(1, r.IntN(count))))
	}},
	{"PutItem", func(r *rand.Rand, count int) call { return putCall(randomOrder(r, count)) }},
	{"UpdateItem", func(r *rand.Rand, count int) call {
		o := randomOrder(r, count)
		return newCall("UpdateItem", fmt.Sprintf(`{"TableName":"%s","Key":{"order_id":{"S":"%s"}},`+
			`"UpdateExpression":"SET order_status = :s, order_status_created = :c",`+
			`"ExpressionAttributeValues":{":s":{"N":"%d"},":c":{"S":"%d_%d"}}}`,
			tableName, id(1, o.number), o.status, o.status, o.created()))
	}},
	{"Query 100", func(r *rand.Rand, count int) call {
		return newCall("Query", fmt.Sprintf(`{"TableName":"%s","IndexName":"%s","KeyConditionExpression":"user_id = :u",`+
			`"ExpressionAttributeValues":{":u":{"S":"%s"}}}`, tableName, userIndex, userID(r.IntN(count))))
	}},
}

func putCall(o order) call {
	return newCall("PutItem", fmt.Sprintf(`{"TableName":"%s","Item":%s}`, tableName, o.json()))
}

// calls makes calls in advance.
func (s *script) calls(n, count int) []call {
	r := rand.New(rand.NewPCG(1, 1))
	all := make([]call, n)
	for i := range all {
		all[i] = s.call(r, count)
	}
	return all
}

// loadDirect writes the orders below a number.
func (d *direct) load(count int) error {
	const together = 25
	for n := 0; n < count; n += together {
		var puts []string
		for i := n; i < min(n+together, count); i++ {
			puts = append(puts, `{"PutRequest":{"Item":`+order{i, 101}.json()+`}}`)
		}
		if _, err := d.send(newCall("BatchWriteItem", `{"RequestItems":{"`+tableName+`":[`+strings.Join(puts, ",")+`]}}`)); err != nil {
			return err
		}
	}
	return nil
}
