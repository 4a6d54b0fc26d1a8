package ddbtable

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/fields"
)

// An operation is a request of DynamoDB's API, as the header X-Amz-Target names it.
type operation string

const (
	opGetItem    operation = "DynamoDB_20120810.GetItem"
	opPutItem    operation = "DynamoDB_20120810.PutItem"
	opUpdateItem operation = "DynamoDB_20120810.UpdateItem"
	opDeleteItem operation = "DynamoDB_20120810.DeleteItem"
	opQuery      operation = "DynamoDB_20120810.Query"
	opScan       operation = "DynamoDB_20120810.Scan"

	opBatchGet      operation = "DynamoDB_20120810.BatchGetItem"
	opBatchWrite    operation = "DynamoDB_20120810.BatchWriteItem"
	opTransactGet   operation = "DynamoDB_20120810.TransactGetItems"
	opTransactWrite operation = "DynamoDB_20120810.TransactWriteItems"

	// opCheck stands only inside a transaction.
	opCheck operation = "ConditionCheck"
)

// A call is one request on one table, free of the form in which it is sent.
type call struct {
	op    operation
	table string
	index string
	key   []member // of the item
	item  item     // to be put
	start item     // ExclusiveStartKey
	texts *texts   // shared by calls that have the same; noTexts for none

	limit   int
	segment *segment // of a parallel Scan

	returns      returned
	consistent   bool
	backward     bool
	count        bool // Select is COUNT
	oldOnFailure bool // ReturnValuesOnConditionCheckFailure is ALL_OLD
	capacity     bool // the answer is to tell the consumed capacity

	*several // of a batch or a transaction, else nil

	rows rows      // where the items of several go
	into reading   // where the one item goes that a call asks for
	seen *attempts // of a conditional write, else nil

	watched attempts // memory for seen
}

// Several are the parts of a call that has some.
type several struct {
	keys   [][]member     // of a batch of reads
	writes []writeRequest // of a batch of writes
	parts  []*call        // of a transaction
	token  string         // of a transaction
}

// newCall makes a call on one item, with texts to be written if it has
// expressions.
func newCall(op operation, table string, expressions bool) *call {
	if !expressions {
		return &call{op: op, table: table, texts: &noTexts}
	}
	c := new(struct {
		call
		texts texts
	})
	c.op, c.table, c.call.texts = op, table, &c.texts
	return &c.call
}

// newUpdate makes the call of an update, with memory for what most have in their
// expressions.
func newUpdate(table string) *call {
	c := new(struct {
		call
		texts  texts
		names  [6]string
		values [8]fields.Value
		text   [160]byte
	})
	c.op, c.table, c.call.texts = opUpdateItem, table, &c.texts
	c.texts.writer = writer{c.text[:0], c.names[:0], c.values[:0]}
	return &c.call
}

// noTexts are those of a call without expressions.
var noTexts texts

// A returned says which attributes an answer has: ReturnValues.
type returned byte

const (
	returnsNothing returned = iota // what is not sent
	returnsOld
	returnsNew
)

func (r returned) String() string { return [...]string{"", "ALL_OLD", "ALL_NEW"}[r] }

// texts are the expressions of a request and what their placeholders stand
// for. A text without bytes is not sent.
type texts struct {
	writer
	keyCondition, filter, condition, update, projection []byte

	json []byte // all of it as members of a request, if that is prepared
}

// rows take the items of a response.
type rows interface {
	// reset forgets the items that a failed attempt brought.
	reset()

	// parse takes the item at the front of json, perhaps also those that follow
	// it behind a comma, and returns what is left.
	parse(json []byte) (rest []byte, err error)

	// done says that no more items of the response are going to be parsed.
	done()

	// add takes an item of the SDK's type.
	add(typed item)

	// count is how many items there are.
	count() int
}

// A reply is what came back. Its items may lie in a buffer that release gives
// back.
type reply struct {
	item  item // Item or Attributes
	last  item // LastEvaluatedKey
	count int
	read  int    // ScannedCount
	found []item // by the parts of a transaction, none where there is none
	left  []item // unprocessed: keys, or items to be put
	bytes int    // length of the items of a batch, if some are left

	capacity []types.ConsumedCapacity // by table, if asked for
	body     *buffer
}

// release ends the use of everything in the reply.
func (r *reply) release() {
	if r.body != nil {
		r.body.release()
		r.body = nil
	}
}

// A sender sends calls in one of the forms.
type sender interface {
	send(ctx context.Context, c *call) (reply, error)

	// json reports whether items are sent as DynamoDB JSON.
	json() bool
}
