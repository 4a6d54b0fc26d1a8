package difftest

import (
	"slices"
	"strings"
)

// The requests of this file are about the table that comes and goes, so that
// no other request depends on what they change.

const extraARN = "arn:aws:dynamodb:us-east-1:000000000000:table/" + extra

func (g *generator) onExtra(operation string, body map[string]any) *request {
	return &request{operation: operation, table: g.tables[0], body: body}
}

// updateTable draws a change of how a table is paid for.
func (g *generator) updateTable() *request {
	q := g.onExtra("UpdateTable", map[string]any{"TableName": extra})
	mode := pick(g.r, []string{"", "PROVISIONED", "PAY_PER_REQUEST"})
	if mode != "" {
		q.body["BillingMode"] = mode
	}
	if mode == "PROVISIONED" || mode == "" || g.chance(10) {
		q.body["ProvisionedThroughput"] = g.throughput()
	}
	return q
}

func (g *generator) throughput() map[string]any {
	return map[string]any{"ReadCapacityUnits": 1 + g.r.IntN(3), "WriteCapacityUnits": 1 + g.r.IntN(3)}
}

func (g *generator) describeTimeToLive() *request {
	return g.onExtra("DescribeTimeToLive", map[string]any{"TableName": extra})
}

var tagKeys = []any{"team", "stage", "cost center", "a"}

func (g *generator) tag() *request {
	var tags []any
	for _, key := range some(g.r, tagKeys) {
		tags = append(tags, map[string]any{"Key": key, "Value": pick(g.r, []string{"", "shop", "1+1=2"})})
	}
	return g.onExtra("TagResource", map[string]any{"ResourceArn": extraARN, "Tags": tags})
}

func (g *generator) untag() *request {
	return g.onExtra("UntagResource", map[string]any{"ResourceArn": extraARN, "TagKeys": some(g.r, tagKeys)})
}

func (g *generator) listTags() *request {
	return g.onExtra("ListTagsOfResource", map[string]any{"ResourceArn": extraARN})
}

// arrangedTags gives tags in a fixed order: they have none.
func arrangedTags(body map[string]any) []any {
	tags, _ := body["Tags"].([]any)
	return slices.SortedFunc(slices.Values(tags), func(a, b any) int { return strings.Compare(canonical(a), canonical(b)) })
}

// described gives what a description says of a table's key and payment.
func described(body map[string]any) map[string]any {
	out := map[string]any{}
	table, _ := body["Table"].(map[string]any)
	for _, name := range []string{"TableName", "KeySchema", "AttributeDefinitions"} {
		out[name] = table[name]
	}
	mode, _ := table["BillingModeSummary"].(map[string]any)
	out["PayPerRequest"] = mode["BillingMode"] == "PAY_PER_REQUEST"
	throughput, _ := table["ProvisionedThroughput"].(map[string]any)
	for _, name := range []string{"ReadCapacityUnits", "WriteCapacityUnits"} {
		out[name] = throughput[name]
	}
	return out
}
