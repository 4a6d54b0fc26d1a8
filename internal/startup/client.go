package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// A client sends requests to the server at a URL. It uses no SDK, so that
// nothing but the server is measured.
type client string

// call sends one request. The signature is nobody's, which these servers take.
func (c client) call(ctx context.Context, operation, body string) (answer string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, string(c), strings.NewReader(body))
	if err != nil {
		return "", err
	}
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Date", time.Now().UTC().Format("20060102T150405Z"))
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=nobody/20261122/us-east-1/dynamodb/aws4_request, "+
		"SignedHeaders=host;x-amz-date, Signature=0000000000000000000000000000000000000000000000000000000000000000")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", err
	}
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s: %s: %.200s", operation, resp.Status, text)
	}
	return string(text), nil
}

// await asks until an answer holds a text.
func (c client) await(ctx context.Context, operation, body, text string) error {
	for {
		answer, err := c.call(ctx, operation, body)
		if err == nil && strings.Contains(answer, text) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: no answer with %s: %w", operation, text, err)
		case <-time.After(time.Millisecond):
		}
	}
}

const createTable = `{"TableName":"purchase","BillingMode":"PAY_PER_REQUEST",
"AttributeDefinitions":[{"AttributeName":"order_id","AttributeType":"S"},{"AttributeName":"user_id","AttributeType":"S"},
{"AttributeName":"product_id","AttributeType":"S"},{"AttributeName":"order_status_created","AttributeType":"S"}],
"KeySchema":[{"AttributeName":"order_id","KeyType":"HASH"}],
"GlobalSecondaryIndexes":[
{"IndexName":"for_user_id","Projection":{"ProjectionType":"ALL"},"KeySchema":[
{"AttributeName":"user_id","KeyType":"HASH"},{"AttributeName":"order_status_created","KeyType":"RANGE"}]},
{"IndexName":"for_product_id","Projection":{"ProjectionType":"ALL"},"KeySchema":[
{"AttributeName":"product_id","KeyType":"HASH"},{"AttributeName":"order_status_created","KeyType":"RANGE"}]}]}`

// batch is the number of writes that a BatchWriteItem may have.
const batch = 25

// fill creates the toy store's table and puts the orders into it.
func (c client) fill(ctx context.Context) error {
	if _, err := c.call(ctx, "CreateTable", createTable); err != nil {
		return err
	}
	if err := c.await(ctx, "DescribeTable", `{"TableName":"purchase"}`, `"TableStatus":"ACTIVE"`); err != nil {
		return err
	}
	for first := 0; first < items; first += batch {
		var puts []string
		for i := range batch {
			puts = append(puts, put(first+i))
		}
		answer, err := c.call(ctx, "BatchWriteItem", `{"RequestItems":{"purchase":[`+strings.Join(puts, ",")+`]}}`)
		switch {
		case err != nil:
			return err
		case strings.Contains(answer, `"UnprocessedItems":{"`):
			return errors.New("BatchWriteItem left items unprocessed")
		}
	}
	return nil
}

// put is the write of an order: 100 users and 1,000 products share them.
func put(i int) string {
	const order = `{"PutRequest":{"Item":{"order_id":{"S":"00000000-0000-4000-8000-%012d"},` +
		`"user_id":{"S":"00000000-0000-4000-8000-%012d"},"product_id":{"S":"00000000-0000-4000-8000-%012d"},` +
		`"created":{"N":"%d"},"order_status":{"N":"101"},"order_status_created":{"S":"101_%d"}}}}`
	created := 1428791681 + i
	return fmt.Sprintf(order, i, i%100, i%1000, created, created)
}

// resident gives the resident memory of a process in bytes, from
// https://docs.kernel.org/filesystems/proc.html
func resident(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("memory is measured on Linux only: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		var kilobytes int64
		if n, _ := fmt.Sscanf(line, "VmRSS: %d kB", &kilobytes); n == 1 {
			return kilobytes << 10, nil
		}
	}
	return 0, fmt.Errorf("the system does not tell the memory of process %d", pid)
}
