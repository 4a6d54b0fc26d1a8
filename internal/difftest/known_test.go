package difftest

import (
	"maps"
	"slices"
	"strings"
)

// A difference is one that is known: where it is, who says that the engine is
// right, and the shortest requests that show it.
type difference struct {
	name, targets, source string
	operations            []string
	// holds tells whether a pair shows this difference.
	holds func(*pair) bool
	// requests end with one that is answered as ours and theirs say: status
	// and error type, or status and body.
	requests     []string
	ours, theirs string
}

func (d *difference) covers(target string, p *pair) bool {
	return d.of(target) && slices.Contains(d.operations, p.request.operation) && d.holds(p)
}

// of tells whether the difference is one of an engine.
func (d *difference) of(target string) bool {
	return slices.Contains(strings.Fields(d.targets), target)
}

var (
	everything = []string{
		"PutItem", "UpdateItem", "DeleteItem", "GetItem", "Query", "Scan", "BatchGetItem", "BatchWriteItem", "TransactWriteItems",
		"TransactGetItems", "CreateTable", "DeleteTable", "DescribeTable", "ListTables", "DescribeTimeToLive",
	}
	reads  = []string{"Query", "Scan"}
	writes = []string{"PutItem", "UpdateItem", "DeleteItem"}
)

// weRefuse makes the predicate of a refusal that only the engine has, by a
// piece of its text.
func weRefuse(pieces ...string) func(*pair) bool {
	return func(p *pair) bool {
		return slices.ContainsFunc(pieces, func(piece string) bool { return strings.Contains(p.ours[0].text, piece) })
	}
}

// known are the differences that a run passes over.
var known = []difference{
	{
		name: "a query filters on what an index does not hold", targets: "dynalite",
		source:     "conformance tier3/error-messages/partiqlIndexQualifier",
		operations: []string{"Query"},
		holds:      weRefuse("does not project one or more filter attributes"),
		requests: []string{`Query {"TableName":"diff-range","IndexName":"keys","KeyConditionExpression":"g = :g","FilterExpression":"v1 = :g",
			"ExpressionAttributeValues":{":g":{"S":"x"}}}`},
		ours:   "400 ValidationException",
		theirs: `200 {"Count":0,"Items":[],"ScannedCount":0}`,
	},
	{
		name: "an ordered comparison of a value without an order", targets: "dynalite",
		source:     "alternator test_condition_expression",
		operations: slices.Concat(reads, writes),
		holds:      weRefuse("Incorrect operand type for operator or function; operator or function: <", "operator or function: >"),
		requests:   []string{`Scan {"TableName":"diff-hash","FilterExpression":"k < :v","ExpressionAttributeValues":{":v":{"BOOL":true}}}`},
		ours:       "400 ValidationException",
		theirs:     `200 {"Count":0,"Items":[],"ScannedCount":0}`,
	},
	{
		name: "an update that gives a key of an index the empty value", targets: "dynalite",
		source:     "conformance tier2/transactions (index keys)",
		operations: []string{"UpdateItem"},
		holds:      weRefuse("update a secondary index key to a value that is not supported"),
		requests: []string{`UpdateItem {"TableName":"diff-range","Key":{"p":{"S":"a"},"s":{"N":"1"}},"UpdateExpression":"SET g = :v",
			"ExpressionAttributeValues":{":v":{"S":""}}}`},
		ours:   "400 ValidationException",
		theirs: "200 {}",
	},
	{
		name: "arithmetic beyond 38 digits", targets: "dynalite",
		source:     "facts 2.1, alternator test_number",
		operations: []string{"UpdateItem"},
		holds:      weRefuse("Number overflow", "Number underflow"),
		requests: []string{`UpdateItem {"TableName":"diff-hash","Key":{"k":{"N":"1"}},"UpdateExpression":"SET v1 = :v + :w",
			"ExpressionAttributeValues":{":v":{"N":"1E+40"},":w":{"N":"1"}}}`},
		ours:   "400 ValidationException",
		theirs: "200 {}",
	},
	{
		name: "an update that only takes away makes no item", targets: "dynalite dynamodb-local",
		source:     "alternator test_returnvalues",
		operations: []string{"UpdateItem"},
		holds: func(p *pair) bool {
			text, _ := p.request.body["UpdateExpression"].(string)
			return p.ours[0].kind == "" && text != "" && !strings.Contains(text, "SET") && !strings.Contains(text, "ADD")
		},
		requests: []string{
			`UpdateItem {"TableName":"diff-hash","Key":{"k":{"N":"1"}},"UpdateExpression":"REMOVE v1"}`,
			`GetItem {"TableName":"diff-hash","Key":{"k":{"N":"1"}}}`,
		},
		ours:   "200 {}",
		theirs: `200 {"Item":{"k":{"N":"1"}}}`,
	},
	{
		name: "an update that only takes away makes no item in a transaction either", targets: "dynamodb-local",
		source:     "alternator test_returnvalues",
		operations: []string{"TransactWriteItems"},
		holds: func(p *pair) bool {
			actions, _ := p.request.body["TransactItems"].([]any)
			return p.ours[0].kind == "" && slices.ContainsFunc(actions, func(a any) bool {
				update, _ := a.(map[string]any)["Update"].(map[string]any)
				text, _ := update["UpdateExpression"].(string)
				return text != "" && !strings.Contains(text, "SET") && !strings.Contains(text, "ADD")
			})
		},
		requests: []string{
			`TransactWriteItems {"TransactItems":[{"Update":{"TableName":"diff-hash","Key":{"k":{"N":"1"}},"UpdateExpression":"REMOVE v1"}}]}`,
			`GetItem {"TableName":"diff-hash","Key":{"k":{"N":"1"}}}`,
		},
		ours:   "200 {}",
		theirs: `200 {"Item":{"k":{"N":"1"}}}`,
	},
	{
		name: "nothing was updated, so nothing is returned", targets: "dynalite",
		source:     "alternator test_returnvalues",
		operations: []string{"UpdateItem"},
		holds: func(p *pair) bool {
			theirs, ok := p.theirs[0].body["Attributes"].(map[string]any)
			return p.ours[0].body["Attributes"] == nil && ok && len(theirs) == 0
		},
		requests: []string{
			`PutItem {"TableName":"diff-hash","Item":{"k":{"N":"1"}}}`,
			`UpdateItem {"TableName":"diff-hash","Key":{"k":{"N":"1"}},"UpdateExpression":"SET v1 = k","ReturnValues":"UPDATED_OLD"}`,
		},
		ours:   "200 {}",
		theirs: `200 {"Attributes":{}}`,
	},
	{
		name: "the right-hand sides of an update see the item before it", targets: "dynalite",
		source:     "alternator test_update_expression",
		operations: []string{"UpdateItem"},
		holds: func(p *pair) bool {
			w := p.request.writer
			for name := range w.changes {
				if w.reads[name] {
					return true
				}
			}
			return false
		},
		requests: []string{
			`PutItem {"TableName":"diff-hash","Item":{"k":{"N":"1"},"v1":{"N":"1"}}}`,
			`UpdateItem {"TableName":"diff-hash","Key":{"k":{"N":"1"}},"UpdateExpression":"SET v2 = v1 ADD v1 :one",
				"ExpressionAttributeValues":{":one":{"N":"1"}},"ReturnValues":"ALL_NEW"}`,
		},
		ours:   `200 {"Attributes":{"k":{"N":"1"},"v1":{"N":"2"},"v2":{"N":"1"}}}`,
		theirs: `200 {"Attributes":{"k":{"N":"1"},"v1":{"N":"2"},"v2":{"N":"2"}}}`,
	},
	{
		name: "what conditions on documents, absent and empty values mean", targets: "dynalite",
		source:     "alternator test_condition_expression",
		operations: slices.Concat(reads, writes),
		holds:      (*pair).oddCondition,
		requests: []string{
			`PutItem {"TableName":"diff-hash","Item":{"k":{"N":"1"},"v8":{"L":[{"N":"1"}]}}}`,
			`Scan {"TableName":"diff-hash","FilterExpression":"v8 = :v","ExpressionAttributeValues":{":v":{"L":[{"N":"1"}]}},"Select":"COUNT"}`,
		},
		ours:   `200 {"Count":1,"ScannedCount":1}`,
		theirs: `200 {"Count":0,"ScannedCount":1}`,
	},
	{
		name: "a local index is asked for what it does not hold", targets: "dynalite",
		source:     "docs API_Query and API_Scan, Select",
		operations: reads,
		holds:      func(p *pair) bool { return p.request.index.name == "by_t" && beyondIndex(p) },
		requests: []string{
			`PutItem {"TableName":"diff-range","Item":{"p":{"S":"a"},"s":{"N":"1"},"t":{"S":"t"},"v0":{"S":"x"}}}`,
			`Scan {"TableName":"diff-range","IndexName":"by_t","ProjectionExpression":"v0"}`,
		},
		ours:   `200 {"Count":1,"Items":[{"v0":{"S":"x"}}],"ScannedCount":1}`,
		theirs: `200 {"Count":1,"Items":[{}],"ScannedCount":1}`,
	},
	{
		name: "no starting key at the far bound of a query", targets: "dynalite",
		source:     "facts 3.3, github.com/aws/aws-sdk-ruby/issues/2456",
		operations: []string{"Query"},
		holds: func(p *pair) bool {
			last := p.theirs[len(p.theirs)-1].body
			return p.request.index.name == "" && len(p.theirs) == len(p.ours)+1 && last["ScannedCount"] == 0.0
		},
		requests: []string{
			`PutItem {"TableName":"diff-range","Item":{"p":{"S":"a"},"s":{"N":"1"}}}`,
			`Query {"TableName":"diff-range","KeyConditionExpression":"p = :p AND s <= :s","Limit":1,"Select":"COUNT",
				"ExpressionAttributeValues":{":p":{"S":"a"},":s":{"N":"1"}}}`,
		},
		ours:   `200 {"Count":1,"ScannedCount":1}`,
		theirs: `200 {"Count":1,"LastEvaluatedKey":{"p":{"S":"a"},"s":{"N":"1"}},"ScannedCount":1}`,
	},
	{
		name: "the empty name in a map", targets: "dynalite",
		source:     "facts 2.1",
		operations: slices.Concat(reads, writes),
		holds:      weRefuse("Empty attribute name"),
		requests:   []string{`PutItem {"TableName":"diff-hash","Item":{"k":{"N":"1"},"v9":{"M":{"":{"S":"x"}}}}}`},
		ours:       "400 ValidationException",
		theirs:     "200 {}",
	},
	{
		name: "a scan may be consistent", targets: "dynalite",
		source:     "docs API_Scan, SDK",
		operations: []string{"Scan"},
		holds: func(p *pair) bool {
			consistent, set := p.request.body["ConsistentRead"]
			if _, ok := consistent.(bool); set && !ok {
				return p.ours[0].kind == "SerializationException"
			}
			return consistent == true && onlyCapacity(func(ours, theirs *answer) bool {
				name := p.request.table.name
				return units(ours, name) == 2*units(theirs, name) || ours.body["ScannedCount"] == 0.0
			})(p)
		},
		requests: []string{
			`PutItem {"TableName":"diff-hash","Item":{"k":{"N":"1"}}}`,
			`Scan {"TableName":"diff-hash","ReturnConsumedCapacity":"TOTAL","ConsistentRead":true,"Select":"COUNT"}`,
		},
		ours:   `200 {"ConsumedCapacity":{"CapacityUnits":1,"TableName":"diff-hash"},"Count":1,"ScannedCount":1}`,
		theirs: `200 {"ConsumedCapacity":{"CapacityUnits":0.5,"TableName":"diff-hash"},"Count":1,"ScannedCount":1}`,
	},
	{
		name: "a write costs in every index that it changes", targets: "dynalite",
		source:     "docs GSI.ThroughputConsiderations, conformance tier1/putItem/indexConsumedCapacity",
		operations: []string{"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"},
		holds: onlyCapacity(func(ours, theirs *answer) bool {
			return units(ours, "diff-range") > units(theirs, "diff-range")
		}),
		requests: []string{`PutItem {"TableName":"diff-range","Item":{"p":{"S":"a"},"s":{"N":"1"},"t":{"S":"t"}},"ReturnConsumedCapacity":"TOTAL"}`},
		ours:     `200 {"ConsumedCapacity":{"CapacityUnits":2,"TableName":"diff-range"}}`,
		theirs:   `200 {"ConsumedCapacity":{"CapacityUnits":1,"TableName":"diff-range"}}`,
	},
	{
		name: "a read that finds nothing costs the least", targets: "dynalite dynamodb-local",
		source:     "docs CapacityUnitCalculations",
		operations: reads,
		holds:      onlyCapacity(func(ours, _ *answer) bool { return ours.body["ScannedCount"] == 0.0 }),
		requests:   []string{`Scan {"TableName":"diff-hash","ReturnConsumedCapacity":"TOTAL","ConsistentRead":true}`},
		ours:       `200 {"ConsumedCapacity":{"CapacityUnits":1,"TableName":"diff-hash"},"Count":0,"Items":[],"ScannedCount":0}`,
		theirs:     `200 {"ConsumedCapacity":{"CapacityUnits":0,"TableName":"diff-hash"},"Count":0,"Items":[],"ScannedCount":0}`,
	},
	{
		name: "a consistent scan of a global index", targets: "dynalite",
		source:     "docs API_Scan",
		operations: []string{"Scan"},
		holds:      weRefuse("Consistent reads are not supported on global secondary indexes"),
		requests:   []string{`Scan {"TableName":"diff-range","IndexName":"keys","ConsistentRead":true}`},
		ours:       "400 ValidationException",
		theirs:     `200 {"Count":0,"Items":[],"ScannedCount":0}`,
	},
	{
		name: "a member of the wrong shape", targets: "dynamodb-local",
		source:     "SDK, dynalite",
		operations: everything,
		holds:      func(p *pair) bool { return p.ours[0].kind == "SerializationException" },
		requests:   []string{`GetItem {"TableName":1.5,"Key":{"k":{"N":"1"}}}`},
		ours:       "400 SerializationException",
		theirs:     "400 ResourceNotFoundException",
	},
	{
		name: "words outside an enumeration", targets: "dynamodb-local",
		source:     "docs API_PutItem",
		operations: everything,
		holds:      weRefuse("Member must satisfy enum value set"),
		requests:   []string{`PutItem {"TableName":"diff-hash","Item":{"k":{"N":"1"}},"ReturnItemCollectionMetrics":"x"}`},
		ours:       "400 ValidationException",
		theirs:     "200 {}",
	},
	{
		name: "what is wrong with expressions before the table", targets: "dynamodb-local",
		source:     "dynalite",
		operations: everything,
		holds: func(p *pair) bool {
			return weRefuse("unused in expressions", "Expression: ")(p) && p.theirs[0].kind == "ResourceNotFoundException"
		},
		requests: []string{`Scan {"TableName":"none","FilterExpression":"a = :v","ExpressionAttributeValues":{":v":{"S":"x"},":w":{"S":"x"}}}`},
		ours:     "400 ValidationException",
		theirs:   "400 ResourceNotFoundException",
	},
	{
		name: "a delete of nothing tells its capacity when asked", targets: "dynamodb-local",
		source:     "docs API_DeleteItem",
		operations: []string{"DeleteItem"},
		holds: onlyCapacity(func(ours, theirs *answer) bool {
			return ours.body["ConsumedCapacity"] == nil && theirs.body["ConsumedCapacity"] != nil
		}),
		requests: []string{`DeleteItem {"TableName":"diff-hash","Key":{"k":{"N":"1"}}}`},
		ours:     "200 {}",
		theirs:   `200 {"ConsumedCapacity":{"CapacityUnits":1,"TableName":"diff-hash"}}`,
	},
	{
		name: "keys that are not there cost in a batch", targets: "dynamodb-local",
		source:     "alternator test_returnconsumedcapacity, dynalite",
		operations: []string{"BatchGetItem"},
		holds:      onlyCapacity(func(_, _ *answer) bool { return true }),
		requests:   []string{`BatchGetItem {"RequestItems":{"diff-hash":{"Keys":[{"k":{"N":"1"}}]}},"ReturnConsumedCapacity":"TOTAL"}`},
		ours:       `200 {"ConsumedCapacity":[{"CapacityUnits":0.5,"TableName":"diff-hash"}],"Responses":{"diff-hash":[]},"UnprocessedKeys":{}}`,
		theirs:     `200 {"ConsumedCapacity":[{"CapacityUnits":0,"TableName":"diff-hash"}],"Responses":{"diff-hash":[]},"UnprocessedKeys":{}}`,
	},
	{
		name: "a page that ends at the limit has a key, also where nothing can follow", targets: "dynamodb-local",
		source:     "facts 3.1, dynalite",
		operations: []string{"Query"},
		holds: func(p *pair) bool {
			last := p.ours[len(p.ours)-1].body
			return p.request.index.sort == "" && len(p.ours) == len(p.theirs)+1 && last["ScannedCount"] == 0.0
		},
		requests: []string{
			`PutItem {"TableName":"diff-hash","Item":{"k":{"N":"1"}}}`,
			`Query {"TableName":"diff-hash","KeyConditionExpression":"k = :k","ExpressionAttributeValues":{":k":{"N":"1"}},"Limit":1,"Select":"COUNT"}`,
		},
		ours:   `200 {"Count":1,"LastEvaluatedKey":{"k":{"N":"1"}},"ScannedCount":1}`,
		theirs: `200 {"Count":1,"ScannedCount":1}`,
	},
	{
		name: "a scan of an index filters on what the index holds", targets: "dynamodb-local",
		source:     "conformance tier2/partiql/indexQualifier",
		operations: []string{"Scan"},
		holds:      beyondIndex,
		requests: []string{
			`PutItem {"TableName":"diff-range","Item":{"p":{"S":"a"},"s":{"N":"1"},"t":{"S":"t"},"v0":{"S":"x"}}}`,
			`Scan {"TableName":"diff-range","IndexName":"by_t","FilterExpression":"attribute_exists(v0)","Select":"COUNT"}`,
		},
		ours:   `200 {"Count":0,"ScannedCount":1}`,
		theirs: `200 {"Count":1,"ScannedCount":1}`,
	},
	{
		name: "of a document an update returns what it names", targets: "dynamodb-local",
		source:     "alternator test_returnvalues",
		operations: []string{"UpdateItem"},
		holds: func(p *pair) bool {
			wanted, _ := p.request.body["ReturnValues"].(string)
			text, _ := p.request.body["UpdateExpression"].(string)
			return strings.HasPrefix(wanted, "UPDATED") && (strings.ContainsAny(text, "[.") || text == "")
		},
		requests: []string{
			`PutItem {"TableName":"diff-hash","Item":{"k":{"N":"1"},"v8":{"L":[{"N":"1"},{"N":"2"}]}}}`,
			`UpdateItem {"TableName":"diff-hash","Key":{"k":{"N":"1"}},"UpdateExpression":"SET v8[0] = k","ReturnValues":"UPDATED_NEW"}`,
		},
		ours:   `200 {"Attributes":{"v8":{"L":[{"N":"1"}]}}}`,
		theirs: `200 {"Attributes":{"v8":{"L":[{"N":"1"},{"N":"2"}]}}}`,
	},
	{
		name: "an index costs what changes in it", targets: "dynamodb-local",
		source:     "conformance tier1/putItem/indexConsumedCapacity",
		operations: []string{"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"},
		holds: onlyCapacity(func(ours, theirs *answer) bool {
			return units(ours, "diff-range") < units(theirs, "diff-range") || units(ours, "diff-hash") < units(theirs, "diff-hash")
		}),
		requests: []string{
			`PutItem {"TableName":"diff-range","Item":{"p":{"S":"a"},"s":{"N":"1"},"g":{"S":"x"}}}`,
			`PutItem {"TableName":"diff-range","Item":{"p":{"S":"a"},"s":{"N":"1"},"h":{"N":"1"},"t":{"S":"t"}},"ReturnConsumedCapacity":"TOTAL"}`,
		},
		ours:   `200 {"ConsumedCapacity":{"CapacityUnits":3,"TableName":"diff-range"}}`,
		theirs: `200 {"ConsumedCapacity":{"CapacityUnits":4,"TableName":"diff-range"}}`,
	},
	{
		name: "the table pays for what a local index does not hold", targets: "dynamodb-local",
		source:     "docs LSI (Provisioned throughput considerations)",
		operations: reads,
		holds: func(p *pair) bool {
			return p.request.index.name == "by_t" && onlyCapacity(func(_, _ *answer) bool { return true })(p)
		},
		requests: []string{
			`PutItem {"TableName":"diff-range","Item":{"p":{"S":"a"},"s":{"N":"1"},"t":{"S":"t"},"v0":{"S":"x"}}}`,
			`Scan {"TableName":"diff-range","IndexName":"by_t","ProjectionExpression":"v0","ReturnConsumedCapacity":"TOTAL"}`,
		},
		ours:   `200 {"ConsumedCapacity":{"CapacityUnits":1,"TableName":"diff-range"},"Count":1,"Items":[{"v0":{"S":"x"}}],"ScannedCount":1}`,
		theirs: `200 {"ConsumedCapacity":{"CapacityUnits":0.5,"TableName":"diff-range"},"Count":1,"Items":[{"v0":{"S":"x"}}],"ScannedCount":1}`,
	},
	{
		name: "what is wrong with an item cancels its transaction", targets: "dynamodb-local",
		source:     "facts 5.6, conformance tier3/limits/itemSizeBySurface",
		operations: []string{"TransactWriteItems"},
		holds: func(p *pair) bool {
			return p.ours[0].kind == "TransactionCanceledException" && p.theirs[0].kind == "ValidationException"
		},
		requests: []string{`TransactWriteItems {"TransactItems":[{"Update":{"TableName":"diff-hash","Key":{"k":{"N":"1"}},"UpdateExpression":"SET v1 = v2"}}]}`},
		ours:     "400 TransactionCanceledException",
		theirs:   "400 ValidationException",
	},
	{
		name: "a key of an index keeps its type, which comes before the condition", targets: "dynamodb-local",
		source:     "facts 5.2",
		operations: []string{"UpdateItem", "TransactWriteItems"},
		holds: func(p *pair) bool {
			reasons := canonical(p.ours[0].body["CancellationReasons"])
			return weRefuse("Type mismatch for Index Key", "secondary index key")(p) || strings.Contains(reasons, "Index Key")
		},
		requests: []string{`UpdateItem {"TableName":"diff-range","Key":{"p":{"S":"a"},"s":{"N":"1"}},"UpdateExpression":"SET g = s"}`},
		ours:     "400 ValidationException",
		theirs:   "200 {}",
	},
}

// beyondIndex tells whether a read of an index names what the index does not
// hold.
func beyondIndex(p *pair) bool {
	held := map[string][]string{"by_t": {"p", "s", "t", "v1", "v8"}, "keys": {"p", "s", "g"}}[p.request.index.name]
	for name := range p.request.writer.reads {
		if held != nil && !slices.Contains(held, name) {
			return true
		}
	}
	return false
}

// onlyCapacity makes the predicate of answers that are the same but for the
// capacity, on pages that a condition holds for.
func onlyCapacity(holds func(ours, theirs *answer) bool) func(*pair) bool {
	return func(p *pair) bool {
		bare := &pair{request: p.request, segments: p.segments, ours: withoutCapacity(p.ours), theirs: withoutCapacity(p.theirs)}
		if bare.difference() != "" {
			return false
		}
		for i := range min(len(p.ours), len(p.theirs)) {
			a, b := &p.ours[i], &p.theirs[i]
			if diff("", a.body["ConsumedCapacity"], b.body["ConsumedCapacity"]) != "" && !holds(a, b) {
				return false
			}
		}
		return true
	}
}

func withoutCapacity(pages []answer) []answer {
	pages = slices.Clone(pages)
	for i := range pages {
		pages[i].body = maps.Clone(pages[i].body)
		delete(pages[i].body, "ConsumedCapacity")
	}
	return pages
}

// units gives the capacity that an answer says was consumed of a table.
func units(a *answer, table string) float64 {
	list, ok := a.body["ConsumedCapacity"].([]any)
	if !ok {
		list = []any{a.body["ConsumedCapacity"]}
	}
	for _, entry := range list {
		if c, ok := entry.(map[string]any); ok && c["TableName"] == table {
			return c["CapacityUnits"].(float64)
		}
	}
	return 0
}
