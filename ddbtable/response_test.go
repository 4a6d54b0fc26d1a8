package ddbtable_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/ddb/ddbtable"
	"example.com/ddb/fields"
)

// readers are calls whose results show all that is read of a response: those of
// every operation, and two that read their answer in another way. The fuzz test's
// inputs name them by number.
var readers = append(slices.Clone(apiCalls),
	apiCall{operation: "Query, a page", run: func(ctx context.Context, _ ddbtable.Client, t *ddbtable.Table[coin]) (any, error) {
		page, err := t.Query(coinID.Eq("a")).Page(ctx, 2, "")
		return []any{page.Items, page.Next != ""}, err
	}},
	apiCall{operation: "Scan, a count", run: func(ctx context.Context, _ ddbtable.Client, t *ddbtable.Table[coin]) (any, error) {
		return t.Scan().Count(ctx)
	}},
	apiCall{operation: "Scan, a page", run: func(ctx context.Context, _ ddbtable.Client, t *ddbtable.Table[coin]) (any, error) {
		page, err := t.Scan().Page(ctx, 2, "")
		return []any{page.Items, page.Next}, err // which tells where the second item stands
	}},
)

// A verdict is what became of one response in both ways of reading it.
type verdict string

const (
	equal   verdict = "equal"
	listed  verdict = "listed difference"
	failure verdict = "failure"
)

// judge compares the direct way with the SDK's decoder. The differences are
// those of docs/corrupt-responses.md: the direct way sees mistakes that only the
// bytes show, does not look into what it passes over, and takes no attribute
// without a type for the one before it.
func judge(t *testing.T, reader int, response string) verdict {
	t.Helper()
	direct, directErr := read(t, reader, response)
	typed, typedErr := read(t, reader, response, ddbtable.SDKTypes())
	got := compare(response, direct, directErr, typed, typedErr)
	if got == failure {
		plainer, plainerErr := read(t, reader, string(anAnswer.of([]byte(response))), ddbtable.SDKTypes())
		if compare(response, direct, directErr, plainer, plainerErr) == equal {
			return listed
		}
		t.Errorf("%s of %s\ndirect: %s %v\n   SDK: %s %v", readers[reader].operation, response, direct, directErr, typed, typedErr)
	}
	return got
}

func compare(response, direct string, directErr error, typed string, typedErr error) verdict {
	switch {
	case directErr == nil && typedErr == nil && direct == typed:
		return equal
	case directErr != nil && typedErr != nil && errorClass(directErr) == errorClass(typedErr):
		return equal
	case errors.Is(directErr, ddbtable.ErrCorruptResponse) && onlyBytesShow(response):
		return listed
	case isItemError(directErr) && typedErr == nil && !utf8.ValidString(response) && strings.Contains(response, "\\"):
		return listed
	}
	return failure
}

// errorClass is what a program can tell of an error.
func errorClass(err error) string {
	switch {
	case errors.Is(err, ddbtable.ErrCorruptResponse):
		return "corrupt"
	case isItemError(err):
		return "item"
	}
	return "other"
}

func isItemError(err error) bool {
	_, is := errors.AsType[*ddbtable.ItemError](err)
	return is
}

// onlyBytesShow reports whether the response has a mistake that the SDK's
// decoder does not see: it is no JSON, it goes on after its end, a name stands
// twice in an object, null stands in a list, or it is nested too deeply.
func onlyBytesShow(response string) bool {
	d := json.NewDecoder(strings.NewReader(response))
	d.UseNumber()
	strict, err := distinct(d, 0, false)
	if err != nil || !strict {
		return true
	}
	_, err = d.Token()
	return !errors.Is(err, io.EOF)
}

// distinct reads one value. It is not ok if a name stands twice in an object,
// null stands in a list, or the value is nested too deeply.
func distinct(d *json.Decoder, depth int, inList bool) (ok bool, err error) {
	token, err := d.Token()
	open, is := token.(json.Delim)
	if err != nil || !is {
		return token != nil || !inList, err
	}
	ok = depth < 70
	names := make(map[string]bool)
	for d.More() {
		if open == '{' {
			name, err := d.Token()
			if err != nil {
				return ok, err
			}
			text, _ := name.(string)
			ok = ok && !names[text]
			names[text] = true
		}
		inner, err := distinct(d, depth+1, open == '[')
		if ok = ok && inner; err != nil {
			return ok, err
		}
	}
	_, err = d.Token()
	return ok, err
}

// A shape is what is read of JSON; nil is all of it.
type shape struct {
	members map[string]*shape // of an object, the only ones that are read
	value   *shape            // of each member of an object
	element *shape            // of each element of an array
	typed   bool              // an object without a member counts as null
}

func only(members map[string]*shape) *shape { return &shape{members: members} }
func each(s *shape) *shape                  { return &shape{value: s, element: s} }

// anAnswer is what is read of the answers to the readers' calls.
var anAnswer = func() *shape {
	value := &shape{typed: true, members: make(map[string]*shape)}
	for _, k := range []fields.Kind{fields.S, fields.N, fields.B, fields.BOOL, fields.NULL, fields.M, fields.L, fields.SS, fields.NS, fields.BS} {
		value.members[string(k)] = nil
	}
	item := only(map[string]*shape{"id": value, "n": value, "tags": value})
	one := only(map[string]*shape{"Item": item})
	return only(map[string]*shape{
		"Item": item, "Attributes": item, "Items": each(item), "Count": nil, "ScannedCount": nil, "LastEvaluatedKey": nil,
		"Responses":        {value: each(item), element: one}, // of a batch, or a transaction
		"UnprocessedKeys":  each(only(map[string]*shape{"Keys": each(item)})),
		"UnprocessedItems": each(each(only(map[string]*shape{"PutRequest": one, "DeleteRequest": only(map[string]*shape{"Key": item})}))),
	})
}()

// of is text without what is not read.
func (s *shape) of(text json.RawMessage) json.RawMessage {
	var object map[string]json.RawMessage
	var array []json.RawMessage
	switch {
	case s == nil:
	case json.Unmarshal(text, &object) == nil && object != nil:
		if s.members != nil {
			maps.DeleteFunc(object, func(name string, _ json.RawMessage) bool { _, is := s.members[name]; return !is })
		}
		if s.typed && len(object) == 0 {
			return json.RawMessage("null")
		}
		for name, member := range object {
			if s.members != nil {
				object[name] = s.members[name].of(member)
			} else {
				object[name] = s.value.of(member)
			}
		}
		return mustJSON(object)
	case json.Unmarshal(text, &array) == nil && array != nil:
		for i := range array {
			array[i] = s.element.of(array[i])
		}
		return mustJSON(array)
	}
	return text
}

func mustJSON(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // what was JSON is JSON again
	}
	return text
}

// twoAnswers answers two requests with body, and refuses all others.
func twoAnswers(body string) func(int) *http.Response {
	return func(attempt int) *http.Response {
		resp := sealed(body)
		if attempt > 2 {
			resp = sealed(`{"__type":"com.amazon.coral.validate#ValidationException","message":"enough"}`)
			resp.StatusCode = http.StatusBadRequest
		}
		return resp
	}
}

func read(t *testing.T, reader int, body string, way ...ddbtable.Option) (string, error) {
	t.Helper()
	client, _ := newCanned(twoAnswers(body), func(o *dynamodb.Options) { o.RetryMaxAttempts = 1 })
	way = append(way, ddbtable.UseClock(&restClock{}))
	got, err := readers[reader].run(t.Context(), client, ddbtable.Open(client, coins, way...))
	return show(got), err
}

// responses are seeds, with the verdict on each of them for every reader.
var responses = []struct {
	body string
	want verdict
}{
	{`{}`, equal},
	{`{"Item":` + coinJSON + `,"Attributes":` + coinJSON + `}`, equal},
	{`{"Items":[` + coinJSON + `,` + coinJSON + `],"Count":2,"ScannedCount":2,"LastEvaluatedKey":{"id":{"S":"a"}}}`, equal},
	{`{"Items":[],"Count":0,"ScannedCount":0}`, equal},
	{`{"Items":[],"Count":0,"ScannedCount":0,"LastEvaluatedKey":{"id":{"B":"0"}}}`, equal},
	{`{"Items":[],"Count":0,"ScannedCount":0,"LastEvaluatedKey":{"id":{"S":"a","N":"1"}}}`, equal},
	{`{"Items":[],"Count":0,"ScannedCount":0,"LastEvaluatedKey":{"id":{"S":"a"},"id":{"S":"b"}}}`, listed},
	{`{"Items":[ ` + coinJSON + ` , {"id":{"S":"b"}} , {"id":{"S":"c"}} ],"Count":3,"ScannedCount":3}`, equal},
	{`{"Items":null,"Item":null,"Attributes":null,"Count":null,"LastEvaluatedKey":null}`, equal},
	{`{"Unknown":[{"x":1.5e3}],"Item":{"id":{"S":"a"},"n":{"N":"7"},"other":{"L":[{"M":{"a":{"NULL":true}}}]}}}`, equal},
	{`{"Item":{"id":{"S":"\u00e9\n\ud83d\ude00"},"n":{"N":"1E2"}},"Attributes":{"id":{"S":"\"\\\/"},"n":{"N":"-0"}}}`, equal},
	{` { "Item" : { "id" : { "S" : "a" } , "n" : { "N" : "7" } } , "Items" : [ { "id" : { "S" : "b" } } ] , "Count" : 1 } `, equal},
	{`{"Item":{"id":{"N":"7"}},"Attributes":{"id":{"N":"7"}},"Items":[{"id":{"N":"7"}}]}`, equal},
	{`{"Item":{"id":{"S":"a"},"tags":{"SS":["x","y"]}},"Items":[{"id":{"S":"a"},"tags":{"SS":[]}}]}`, equal},
	{`{"Item":[],"Attributes":"x","Items":{},"Count":"x"}`, equal},
	{`{"Item":{"id":{"S":"a","N":"1"}},"Attributes":{"id":{"S":"a","N":"1"}},"Items":[{"id":{"S":"a","N":"1"}}],"Count":{}}`, equal},
	{`{"Item":{"id":{"S":"a"},"id":{"S":"b"}}}`, listed},
	{`{"Items":[{"id":{"S":"a"},"n":{"N":"1"},"n":{"N":"2"}}],"Count":1,"ScannedCount":1}`, listed},
	{`{"Attributes":{"id":{"S":"a"},"n":{"N":"1"},"n":{"N":"2"}}}`, listed},
	{`{"Item":` + coinJSON + `,"Items":[],"Count":0,"Attributes":` + coinJSON + `}{}`, listed},
	{`{"Item":` + coinJSON + `,"Attributes":` + coinJSON + `,"Other":` + strings.Repeat("[", 80) + strings.Repeat("]", 80) + `}`, listed},
	{`{"Item":{"id":{"S":"a"},"other":{"S":"x","N":"1"}}}`, listed},
	{`{"Items":[{"id":{"S":"a"},"other":{"S":7}}],"Count":1,"ScannedCount":1}`, listed},
	{`{"Items":[null],"Count":1,"ScannedCount":1}`, listed},
	{`{"Item":{"id":{"S":"a"},"tags":{"SS":[null]}}}`, listed},
	{`{"Item":{"id":{"S":"\n` + "\xbd" + `"}},"Attributes":{"id":{"S":"\n` + "\xbd" + `"}}}`, listed},
	{`{"Item":{"id":{"S":"` + "\xbd" + `"}},"Attributes":{"id":{"S":"` + "\xbd" + `"}}}`, equal},
	{`{"ConsumedCapacity":{"CapacityUnits":"NaN"},"Item":` + coinJSON + `,"Attributes":` + coinJSON + `}`, equal},
	{`{"ConsumedCapacity":7,"Item":` + coinJSON + `}`, listed},
	{`{"Items":[` + coinJSON + `],"Items":[{"id":{"S":"b"}}],"Count":1,"ScannedCount":1}`, equal},
	{`{"Items":[` + coinJSON + `],"Items":null,"Count":1,"ScannedCount":1}`, equal},
	{`{"Items":[{"id":{"S":"a"},"tags":{"B":[]}}],"Count":1,"ScannedCount":1}`, equal},
	{`{"Items":[{"id":{"S":"a"},"n":{"S":"a","N":"1"}}],"Count":1,"ScannedCount":1}`, equal},
	{`{"Items":[],"Count":4294967296,"ScannedCount":1}`, equal},
	{`{"Item":{"id":{"S":"a"}`, equal},
	{`{"Item":{"other":{"S":"x"},"id":{}}}`, listed},
	{`{"Items":[{"id":{"S":"a"},"other":{"N":"7"},"n":{"New":"y"}}],"Count":1,"ScannedCount":1}`, listed},
	{`{"Item":{"id":{}},"Attributes":{"id":{"New":"y"}}}`, equal},
	{`{"Items":[{"00":{"0":""},"0":{"0":"0"},"0000":{"BS":[,{}]`, equal}, // the SDK's decoder panics
	{`[]`, equal},
	{`null`, equal},
	{`"x"`, equal},
}

// Every seed gets its verdict from at least one reader, and none a worse one.
func TestResponsesAreReadAsTheSDKReadsThem(t *testing.T) {
	for _, r := range responses {
		found := false
		for i := range readers {
			found = judge(t, i, r.body) == r.want || found
		}
		if !found {
			t.Errorf("no reader finds %s to be %s", r.body, r.want)
		}
	}
}

// answersOfMany are answers to calls on several items, of other shapes than the
// API's and of its own.
var answersOfMany = map[string][]string{
	"BatchGetItem": {
		`{}`, `{"Responses":null}`, `{"Responses":[]}`, `{"Responses":{"coins":null}}`,
		`{"Responses":{"coins":[` + coinJSON + `],"coins":[{"id":{"S":"a"}}]}}`,
		`{"Responses":{"coins":[` + coinJSON + `]},"Responses":{"coins":[{"id":{"S":"a"}}]}}`,
		`{"Responses":{"coins":[{"id":{"S":"other"}}]}}`,
		`{"Responses":{},"UnprocessedKeys":null}`, `{"Responses":{},"UnprocessedKeys":[]}`,
		`{"Responses":{},"UnprocessedKeys":{"coins":null}}`, `{"Responses":{},"UnprocessedKeys":{"coins":{}}}`, `{"Responses":{},"UnprocessedKeys":{"coins":[]}}`,
		`{"Responses":{},"UnprocessedKeys":{"coins":{"Keys":null}}}`, `{"Responses":{},"UnprocessedKeys":{"coins":{"Keys":[null]}}}`,
		`{"Responses":{},"UnprocessedKeys":{"coins":{"Keys":{}}}}`, `{"Responses":{},"UnprocessedKeys":{"coins":{"Keys":[{"id":{"S":"other"}}]}}}`,
	},
	"BatchWriteItem": {
		`{}`, `{"UnprocessedItems":null}`, `{"UnprocessedItems":[]}`, `{"UnprocessedItems":{"coins":null}}`,
		`{"UnprocessedItems":{"coins":{}}}`, `{"UnprocessedItems":{"coins":[]}}`, `{"UnprocessedItems":{"coins":[{}]}}`, `{"UnprocessedItems":{"coins":[null]}}`,
		`{"UnprocessedItems":{"coins":[{"PutRequest":null}]}}`, `{"UnprocessedItems":{"coins":[{"PutRequest":{}}]}}`, `{"UnprocessedItems":{"coins":[{"PutRequest":[]}]}}`,
		`{"UnprocessedItems":{"coins":[{"PutRequest":{"Item":null}}]}}`, `{"UnprocessedItems":{"coins":[{"DeleteRequest":{"Other":{}}}]}}`,
		`{"UnprocessedItems":{"coins":[{"Other":{"Item":{"id":{"S":"a"}}}}]}}`, `{"UnprocessedItems":{"coins":[{"PutRequest":{"Item":{"id":{"S":"other"}}}}]}}`,
	},
	"TransactGetItems": {
		`{}`, `{"Responses":null}`, `{"Responses":{}}`, `{"Responses":[{}]}`, `{"Responses":[{},{},{}]}`, `{"Responses":[null,null]}`, `{"Responses":[{"Item":null},{}]}`,
		`{"Responses":[{"Item":` + coinJSON + `},{}],"Responses":[{},{}]}`,
		`{"Responses":[{"Item":` + coinJSON + `,"Item":{"id":{"S":"a"}}},{}]}`, `{"Responses":[{"Item":` + coinJSON + `,"Item":null},{}]}`,
	},
	"TransactWriteItems": {`null`, `[]`, `{}`},
	"PutItem":            {`{}`, `{"Attributes":null}`, `{"Attributes":{}}`, `{"Attributes":[]}`},
	"DeleteItem":         {`{}`, `{"Attributes":null}`, `{"Attributes":{}}`, `{"Attributes":[]}`},
}

func TestAnswersOfManyAreReadAsTheSDKReadsThem(t *testing.T) {
	for i, r := range readers {
		for _, body := range answersOfMany[r.operation] {
			if got := judge(t, i, body); got != equal {
				t.Errorf("%s of %s: %s", r.operation, body, got)
			}
		}
	}
}

// FuzzResponse reads random responses in both ways: what the SDK's decoder reads
// is read here as the same, or is a listed difference.
func FuzzResponse(f *testing.F) {
	for i, r := range readers {
		for _, response := range responses {
			f.Add(i, response.body)
		}
		for _, body := range answersOfMany[r.operation] {
			f.Add(i, body)
		}
	}
	f.Fuzz(func(t *testing.T, reader int, body string) {
		if reader < 0 || reader >= len(readers) {
			return
		}
		judge(t, reader, body)
	})
}
