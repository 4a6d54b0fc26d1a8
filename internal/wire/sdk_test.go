package wire_test

import (
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/internal/wire"
)

// An answer is the body that every request gets.
type answer string

func (a answer) Do(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(a)))}, nil
}

// readBySDK is the attribute value with the given JSON, as the SDK reads it.
func readBySDK(t testing.TB, text string) (types.AttributeValue, error) {
	client := dynamodb.New(dynamodb.Options{
		Region:                          "us-east-1",
		Credentials:                     aws.AnonymousCredentials{},
		HTTPClient:                      answer(`{"Item":{"v":` + text + `}}`),
		Retryer:                         aws.NopRetryer{},
		DisableValidateResponseChecksum: true,
	})
	out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: aws.String("table"), Key: map[string]types.AttributeValue{"k": &types.AttributeValueMemberS{Value: "k"}},
	})
	if err != nil {
		return nil, err
	}
	return out.Item["v"], nil
}

// FuzzAgainstTheSDK: what is read here, the SDK reads as the same value. The
// SDK takes more: it does not see some mistakes in the JSON. Where a value
// inside a list or map is of an unknown type, it may repeat another (v1.73.1).
// In a string with an escape sequence it puts U+FFFD in the place of what is not
// UTF-8; here that is left to whoever judges the text.
func FuzzAgainstTheSDK(f *testing.F) {
	for _, seed := range wellFormed {
		f.Add(seed.text)
	}
	for _, seed := range malformed {
		f.Add(seed.text)
	}
	f.Add(`{"L":[{"B":""},{}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		scan := wire.NewScanner([]byte(text))
		av, err := wire.ReadValue(scan)
		if err == nil {
			err = scan.End()
		}
		if err != nil || holdsNil(av) || !utf8.ValidString(text) && strings.Contains(text, `\`) {
			return
		}
		want, err := readBySDK(t, text)
		if err != nil || !reflect.DeepEqual(av, want) {
			t.Fatalf("ReadValue(%q)\n got: %#v\nSDK: %#v %v", text, av, want, err)
		}
	})
}

// holdsNil reports whether something in av is nil.
func holdsNil(av types.AttributeValue) bool {
	inside := func(elem types.AttributeValue) bool { return elem == nil || holdsNil(elem) }
	switch av := av.(type) {
	case *types.AttributeValueMemberL:
		return slices.ContainsFunc(av.Value, inside)
	case *types.AttributeValueMemberM:
		return slices.ContainsFunc(slices.Collect(maps.Values(av.Value)), inside)
	}
	return false
}
