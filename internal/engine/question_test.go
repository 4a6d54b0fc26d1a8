package engine_test

import (
	"fmt"

	"pgregory.net/rapid"
)

// A question is a query, and how the model answers it.
type question struct {
	index, partition, value, sort string
	operator                      string
	low, high                     int
	descending                    bool
	limit                         int
}

func drawQuestion(t *rapid.T) question {
	q := question{
		operator:   rapid.SampledFrom([]string{"", "=", "<", "<=", ">", ">=", "BETWEEN"}).Draw(t, "operator"),
		low:        rapid.IntRange(-2, 3).Draw(t, "low"),
		descending: rapid.Bool().Draw(t, "descending"),
		limit:      rapid.IntRange(1, 6).Draw(t, "limit"),
	}
	q.high = q.low + rapid.IntRange(0, 3).Draw(t, "width")
	q.index = rapid.SampledFrom([]string{"", "global", "local"}).Draw(t, "index")
	q.partition, q.sort, q.value = "p", "s", rapid.SampledFrom([]string{"a", "b", "ab"}).Draw(t, "p")
	switch q.index {
	case "global":
		q.partition, q.sort, q.value = "g", "t", rapid.SampledFrom([]string{"x", "y"}).Draw(t, "g")
	case "local":
		q.sort = "t"
	}
	return q
}

func (q *question) holds(r row) bool {
	if r[q.partition] != q.value || r[q.sort] == "" {
		return false
	}
	n := r.int(q.sort)
	switch q.operator {
	case "=":
		return n == q.low
	case "<":
		return n < q.low
	case "<=":
		return n <= q.low
	case ">":
		return n > q.low
	case ">=":
		return n >= q.low
	case "BETWEEN":
		return n >= q.low && n <= q.high
	}
	return true
}

// body gives the request for the page after a key.
func (q *question) body(after row) string {
	condition := q.partition + " = :p"
	values := fmt.Sprintf(`":p":{"S":%q}`, q.value)
	if q.operator != "" {
		condition += " AND " + q.sort + " " + q.operator + " :l"
		values += fmt.Sprintf(`,":l":{"N":"%d"}`, q.low)
	}
	if q.operator == "BETWEEN" {
		condition += " AND :h"
		values += fmt.Sprintf(`,":h":{"N":"%d"}`, q.high)
	}
	rest := ""
	if q.index != "" {
		rest += fmt.Sprintf(`,"IndexName":%q`, q.index)
	}
	if after != nil {
		rest += `,"ExclusiveStartKey":` + after.json()
	}
	return fmt.Sprintf(`{"TableName":"model","KeyConditionExpression":%q,"ExpressionAttributeValues":{%s},
		"ScanIndexForward":%v,"Limit":%d%s}`, condition, values, !q.descending, q.limit, rest)
}
