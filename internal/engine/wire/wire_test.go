package wire_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/attribute"
	"example.com/ddb/internal/engine/wire"
)

// readItem reads the member Item of a body.
func readItem(body string) (wire.Item, *apierror.Error) {
	var it wire.Item
	r := wire.NewReader([]byte(body))
	r.Body(func(name []byte) {
		if string(name) == "Item" {
			it, _ = r.Item()
			return
		}
		r.Skip()
	})
	return it, r.End()
}

func TestAnItemIsWrittenAsItWasRead(t *testing.T) {
	tests := []string{
		`{}`,
		`{"a":{"S":""}}`,
		`{"a":{"S":"\"\\\n\u0001\u001fé😀\ue000"},"b":{"N":"-12.5"},"c":{"B":"AAEC"},"d":{"BOOL":true},"e":{"NULL":true}}`,
		`{"l":{"L":[{"L":[]},{"M":{}},{"M":{"x":{"L":[{"BOOL":false}]}}}]}}`,
		`{"bs":{"BS":["AA=="]},"ns":{"NS":["1"]},"ss":{"SS":["x"]}}`,
		`{"":{"S":"refused later"}}`,
	}
	for _, want := range tests {
		it, err := readItem(`{"Item":` + want + `}`)
		if err != nil {
			t.Errorf("%s: %v", want, err)
			continue
		}
		if diff := cmp.Diff(parse(t, want), parse(t, string(wire.AppendItem(nil, it.Item)))); diff != "" {
			t.Errorf("%s differs (-want +got):\n%s", want, diff)
		}
	}
}

func parse(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func TestDepthOfValuesIsLimitedNotFatal(t *testing.T) {
	nested := func(n int) string {
		return `{"Item":{"a":` + strings.Repeat(`{"M":{"n":`, n) + `{"S":"leaf"}` + strings.Repeat(`}}`, n) + `}}`
	}
	if it, err := readItem(nested(31)); err != nil || it.Err != nil {
		t.Errorf("31 maps: %v, %v", err, it.Err)
	}
	if it, err := readItem(nested(32)); err != nil || it.Err == nil ||
		!strings.Contains(it.Err.Message, "Nesting Levels have exceeded supported limits") {
		t.Errorf("32 maps: %v, %v", err, it.Err)
	}
	for _, body := range []string{
		nested(100000),
		`{"Item":` + strings.Repeat(`{"a":{"L":[`, 100000),
		`{"Other":` + strings.Repeat(`[`, 1000000),
	} {
		if _, err := readItem(body); err == nil || err.Code != "SerializationException" {
			t.Errorf("depth 100000: %v", err)
		}
	}
}

// TestDepthIsNotWidth reads more values beside each other than may be inside
// each other.
func TestDepthIsNotWidth(t *testing.T) {
	const beside = wire.MaxDepth + 1
	list := strings.TrimSuffix(strings.Repeat(`{"L":[{"M":{}}]},`, beside), ",")
	it, err := readItem(`{"Other":[` + list + `],"Item":{"a":{"L":[` + list + `]}}}`)
	if err != nil || it.Err != nil {
		t.Fatalf("%v, %v", err, it.Err)
	}
	if got := it.Get("a").Len(); got != beside {
		t.Errorf("%d values were read", got)
	}
}

func TestDepthOfListsIsLimited(t *testing.T) {
	nested := func(n int) string {
		return `{"Item":{"a":` + strings.Repeat(`{"L":[`, n) + `{"S":"leaf"}` + strings.Repeat(`]}`, n) + `}}`
	}
	if it, err := readItem(nested(31)); err != nil || it.Err != nil {
		t.Errorf("31 lists: %v, %v", err, it.Err)
	}
	if it, err := readItem(nested(32)); err != nil || it.Err == nil {
		t.Errorf("32 lists: %v, %v", err, it.Err)
	}
}

func TestTextIsValidUnicode(t *testing.T) {
	for _, body := range []string{
		"{\"Item\":{\"a\":{\"S\":\"\xff\"}}}",
		`{"Item":{"a":{"S":"\ud800"}}}`,
		`{"Item":{"a":{"S":"\ud800\u0041"}}}`,
		`{"Item":{"a":{"S":"\udc00"}}}`,
		`{"Item":{"a":{"S":"\u12g4"}}}`,
		`{"Item":{"a":{"S":"\x"}}}`,
		"{\"Item\":{\"a\":{\"S\":\"\x01\"}}}",
		"{\"Item\":{\"a\":{\"S\":\"\x00\"}}}",
	} {
		if _, err := readItem(body); err == nil || err.Code != "SerializationException" || err.Message != "" {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func TestASyntaxErrorAnywhereComesFirst(t *testing.T) {
	_, err := readItem(`{"Item":{"a":{"S":1}}`)
	if err == nil || err.Message != "" {
		t.Errorf("unclosed body: %v", err)
	}
	_, err = readItem(`{"Item":{"a":{"S":1}}}`)
	if err == nil || err.Message != "NUMBER_VALUE cannot be converted to String" {
		t.Errorf("closed body: %v", err)
	}
}

func TestWholeNumbers(t *testing.T) {
	tests := []struct {
		text string
		want int64
	}{
		{"5", 5}, {"-5", -5}, {"5.9", 5}, {"-5.1", -6}, {"1e3", 1000},
		{"9223372036854775807", 9223372036854775807}, {"1e300", 9223372036854775807}, {"-1e300", -9223372036854775808},
	}
	for _, test := range tests {
		r := wire.NewReader([]byte(test.text))
		got, ok := r.Int("Integer")
		if err := r.End(); err != nil || !ok || got != test.want {
			t.Errorf("Int(%s)\n got: %d, %v, %v\nwant: %d", test.text, got, ok, err, test.want)
		}
	}
	for _, text := range []string{"01", "-", "+1", ".5", "5.", "1e", "0x1", "1 2"} {
		r := wire.NewReader([]byte(text))
		r.Int("Integer")
		if r.End() == nil {
			t.Errorf("Int(%s) is read", text)
		}
	}
}

func request(headers ...string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

func TestAuthorizationIsThereAndComplete(t *testing.T) {
	const complete = "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=c"
	tests := []struct {
		name    string
		headers []string
		query   string
		want    string
	}{
		{"none", nil, "", "MissingAuthenticationTokenException: Request is missing Authentication Token"},
		{"another scheme", []string{"Authorization", "Basic x"}, "",
			"MissingAuthenticationTokenException: Request is missing Authentication Token"},
		{"complete", []string{"Authorization", complete, "X-Amz-Date", "d"}, "", ""},
		{"with Date", []string{"Authorization", complete, "Date", "d"}, "", ""},
		{"no blanks", []string{"Authorization", "AWS4-HMAC-SHA256 Credential=a,SignedHeaders=b,Signature=c", "Date", "d"}, "", ""},
		{"no date", []string{"Authorization", complete}, "",
			"IncompleteSignatureException: Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=" + complete},
		{"no parts", []string{"Authorization", "AWS4-", "Date", "d"}, "",
			"IncompleteSignatureException: Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4-"},
		{"both", []string{"Authorization", complete, "Date", "d"}, "X-Amz-Algorithm=x",
			"InvalidSignatureException: Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."},
		{"query", nil, "X-Amz-Algorithm=a&X-Amz-Credential=b&X-Amz-Signature=c&X-Amz-SignedHeaders=d&X-Amz-Date=e", ""},
		{"incomplete query", nil, "X-Amz-Algorithm=a&X-Amz-Credential=b&X-Amz-SignedHeaders=d&X-Amz-Date=e",
			"IncompleteSignatureException: AWS query-string parameters must include 'X-Amz-Signature'. Re-examine the query-string parameters."},
	}
	for _, test := range tests {
		r := request(append(test.headers, "X-Amz-Target", "DynamoDB_20120810.GetItem")...)
		r.URL.RawQuery = test.query
		h := wire.ReadHead(r)
		got := ""
		if err := h.Check([]byte("{}"), func(string) bool { return true }); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s\n got: %s\nwant: %s", test.name, got, test.want)
		}
	}
}

func TestTargetsOfOtherServicesAreUnknown(t *testing.T) {
	for _, target := range []string{"", "GetItem", "DynamoDB_20111205.GetItem", "DynamoDB_20120810.", "Other.GetItem"} {
		h := wire.ReadHead(request("X-Amz-Target", target))
		err := h.Check([]byte("{}"), func(name string) bool { return name == "GetItem" })
		if err == nil || err.Code != "UnknownOperationException" {
			t.Errorf("%q: %v", target, err)
		}
	}
}

func TestOnlyPostsOfJSONAreOperations(t *testing.T) {
	body := []byte("{}")
	tests := []struct {
		method, contentType string
		body                []byte
		want                bool
	}{
		{"POST", "application/x-amz-json-1.0", body, true},
		{"POST", "application/json; charset=utf-8", body, true},
		{"POST", "text/plain", body, false},
		{"POST", "", body, false},
		{"POST", "", nil, true},
		{"PUT", "application/json", body, false},
	}
	for _, test := range tests {
		r := request("Content-Type", test.contentType)
		r.Method = test.method
		if got := wire.IsPost(r, test.body); got != test.want {
			t.Errorf("%s %q: got %v, want %v", test.method, test.contentType, got, test.want)
		}
	}
}

func TestHeadersOfAResponse(t *testing.T) {
	h := http.Header{}
	wire.SetHeaders(h, []byte(`{"TableNames":[]}`))
	// The sum was made with another implementation of CRC-32.
	if got := h.Get("X-Amz-Crc32"); got != "1315925753" {
		t.Errorf("X-Amz-Crc32 is %s", got)
	}
	if got := h.Get("Content-Length"); got != "17" {
		t.Errorf("Content-Length is %s", got)
	}
	id := h.Get("X-Amzn-Requestid")
	if len(id) != 52 || strings.Trim(id, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		t.Errorf("X-Amzn-Requestid is %q", id)
	}
	different := map[rune]bool{}
	for _, c := range id {
		different[c] = true
	}
	if len(different) < 10 {
		t.Errorf("X-Amzn-Requestid is not random: %q", id)
	}
	wire.SetHeaders(h, nil)
	if h.Get("X-Amzn-Requestid") == id {
		t.Error("two responses have one id")
	}
}

func TestErrorBody(t *testing.T) {
	err := apierror.ConditionFailed([]byte(`,"Item":{}`))
	const want = `{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",` +
		`"message":"The conditional request failed","Item":{}}`
	if got := string(wire.AppendError(nil, err)); got != want {
		t.Errorf("\n got: %s\nwant: %s", got, want)
	}
	if got := string(wire.AppendError(nil, apierror.Malformed())); got != `{"__type":"com.amazon.coral.service#SerializationException"}` {
		t.Errorf("got %s", got)
	}
}

// FuzzReader reads anything as an item. What is read without an objection is
// written as JSON that reads as the same item.
func FuzzReader(f *testing.F) {
	for _, seed := range []string{
		`{"Item":{"a":{"S":"x"},"b":{"N":"1e3"},"c":{"L":[{"M":{"x":{"BOOL":true}}}]}}}`,
		`{"Item":{"a":{"SS":["x","y"]},"b":{"BS":["AA=="]},"c":{"NS":["1","2.50"]},"d":{"B":"AAE="}}}`,
		`{"Item":{"a":{"S":"\ud83d\ude00\u0000"}},"x":[1,-2.5e-3,null,true,{"y":[]}]}`,
		`{"Item":{"a":{"S":"x","N":"1"}}}`, `{"Item":[]}`, `[`, `{"Item":{"a":{"B":"="}}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		it, err := readItem(body)
		if err != nil {
			return
		}
		if !json.Valid([]byte(body)) {
			t.Fatalf("%q is no JSON and was read", body)
		}
		if it.Item == nil || it.Err != nil {
			return
		}
		text := wire.AppendItem([]byte(`{"Item":`), it.Item)
		again, err := readItem(string(append(text, '}')))
		if err != nil || again.Err != nil || !attribute.Equal(attribute.Value(it.Item), attribute.Value(again.Item)) {
			t.Fatalf("%q is written as %s, which reads as %v, %v", body, text, err, again.Err)
		}
		if it.Size() != again.Size() {
			t.Fatalf("%q has sizes %d and %d", body, it.Size(), again.Size())
		}
	})
}

func BenchmarkReadItem(b *testing.B) {
	body := []byte(`{"Item":{"created":{"N":"1428791681"},"order_id":{"S":"6ba7b810-9dad-11d1-80b4-00c04fd430c8"},` +
		`"order_status":{"N":"101"},"order_status_created":{"S":"101_1428791681"},` +
		`"product_id":{"S":"6ba7b811-9dad-11d1-80b4-00c04fd430c8"},"user_id":{"S":"6ba7b812-9dad-11d1-80b4-00c04fd430c8"}}}`)
	b.ReportAllocs()
	for b.Loop() {
		r := wire.NewReader(body)
		r.Body(func([]byte) { r.Item() })
		if r.End() != nil {
			b.Fatal(r.Err())
		}
	}
}
