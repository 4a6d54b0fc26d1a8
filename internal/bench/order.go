package main

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"example.com/ddb/fields"
	"example.com/ddb/model"
)

// A taggedOrder is a model.Order for libraries that map by tags.
type taggedOrder struct {
	ID            uuid.UUID `dynamodbav:"order_id" dynamo:"order_id"`
	UserID        uuid.UUID `dynamodbav:"user_id" dynamo:"user_id"`
	ProductID     uuid.UUID `dynamodbav:"product_id" dynamo:"product_id"`
	Created       time.Time `dynamodbav:"created,unixtime" dynamo:"created,unixtime"`
	Status        int       `dynamodbav:"order_status" dynamo:"order_status"`
	StatusCreated string    `dynamodbav:"order_status_created" dynamo:"order_status_created"`
}

var (
	user    = uuid.MustParse("5b9c2f6e-8d3a-4f0e-9c57-1d2e3f4a5b6c")
	orders  = makeOrders(4000)
	aOrder  = orders[0]
	aTagged = tagged(&orders[0])
)

// makeOrders makes n orders of the one user, with ids and times that differ.
func makeOrders(n int) []model.Order {
	made := make([]model.Order, n)
	for i := range made {
		created := int64(1700000000 + 7919*i)
		made[i] = model.Order{
			ID:            uuid.NewSHA1(user, []byte("order"+strconv.Itoa(i))),
			UserID:        user,
			ProductID:     uuid.NewSHA1(user, []byte("product"+strconv.Itoa(i%50))),
			Created:       time.Unix(created, 0).UTC(),
			Status:        model.InProgress,
			StatusCreated: fields.IntInt{First: int64(model.InProgress), Second: created},
		}
	}
	return made
}

func tagged(o *model.Order) *taggedOrder {
	return &taggedOrder{o.ID, o.UserID, o.ProductID, o.Created, int(o.Status), statusCreated(o)}
}

// statusCreated is the derived attribute of an order, by hand.
func statusCreated(o *model.Order) string {
	return strconv.Itoa(int(o.Status)) + "_" + strconv.FormatInt(o.Created.Unix(), 10)
}

// handMarshal and handUnmarshal are what someone writes who uses the SDK alone.
func handMarshal(o *model.Order) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"order_id":             &types.AttributeValueMemberS{Value: o.ID.String()},
		"user_id":              &types.AttributeValueMemberS{Value: o.UserID.String()},
		"product_id":           &types.AttributeValueMemberS{Value: o.ProductID.String()},
		"created":              &types.AttributeValueMemberN{Value: strconv.FormatInt(o.Created.Unix(), 10)},
		"order_status":         &types.AttributeValueMemberN{Value: strconv.Itoa(int(o.Status))},
		"order_status_created": &types.AttributeValueMemberS{Value: statusCreated(o)},
	}
}

var errKind = errors.New("attribute is missing or has another type")

func handUnmarshal(item map[string]types.AttributeValue, o *model.Order) error {
	var err error
	if o.ID, err = handUUID(item["order_id"]); err != nil {
		return err
	}
	if o.UserID, err = handUUID(item["user_id"]); err != nil {
		return err
	}
	if o.ProductID, err = handUUID(item["product_id"]); err != nil {
		return err
	}
	created, err := handInt(item["created"])
	if err != nil {
		return err
	}
	o.Created = time.Unix(created, 0).UTC()
	status, err := handInt(item["order_status"])
	if err != nil {
		return err
	}
	if o.Status = model.Status(status); !o.Status.Valid() {
		return errors.New("status is unknown")
	}
	o.StatusCreated, err = handPair(item["order_status_created"])
	return err
}

func handUUID(av types.AttributeValue) (uuid.UUID, error) {
	s, ok := av.(*types.AttributeValueMemberS)
	if !ok {
		return uuid.UUID{}, errKind
	}
	return uuid.Parse(s.Value)
}

func handInt(av types.AttributeValue) (int64, error) {
	n, ok := av.(*types.AttributeValueMemberN)
	if !ok {
		return 0, errKind
	}
	return strconv.ParseInt(n.Value, 10, 64)
}

func handPair(av types.AttributeValue) (pair fields.IntInt, err error) {
	s, ok := av.(*types.AttributeValueMemberS)
	if !ok {
		return pair, errKind
	}
	first, second, _ := strings.Cut(s.Value, "_")
	if pair.First, err = strconv.ParseInt(first, 10, 64); err != nil {
		return pair, err
	}
	pair.Second, err = strconv.ParseInt(second, 10, 64)
	return pair, err
}

// textual lets attributevalue store a UUID as its text.
func textualEncoder(o *attributevalue.EncoderOptions) { o.UseEncodingMarshalers = true }
func textualDecoder(o *attributevalue.DecoderOptions) { o.UseEncodingUnmarshalers = true }

func avMarshal(in any) (map[string]types.AttributeValue, error) {
	return attributevalue.MarshalMapWithOptions(in, textualEncoder)
}

func avUnmarshal(item map[string]types.AttributeValue, out any) error {
	return attributevalue.UnmarshalMapWithOptions(item, out, textualDecoder)
}
