package fields_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"example.com/ddb/fields"
	"example.com/ddb/internal/wire"
)

// everything makes cmp compare unexported fields too.
var everything = cmp.Exporter(func(reflect.Type) bool { return true })

func planOf[T any](t testing.TB) *fields.Plan[T] {
	t.Helper()
	plan, err := fields.PlanOf[T]()
	if err != nil {
		t.Fatalf("PlanOf[%v]: %v", reflect.TypeFor[T](), err)
	}
	return plan
}

// marshal writes v in both forms, which must agree, and returns the JSON.
func marshal[T any](t testing.TB, v T) (string, error) {
	t.Helper()
	plan := planOf[T](t)
	text, errJSON := plan.AppendJSON([]byte("before"), &v)
	item, errItem := plan.Marshal(&v)
	if !sameText(errJSON, errItem) {
		t.Fatalf("AppendJSON and Marshal(%+v) disagree\nJSON: %v\nitem: %v", v, errJSON, errItem)
	}
	if errJSON != nil {
		return "", errJSON
	}
	text, ok := bytes.CutPrefix(text, []byte("before"))
	if !ok {
		t.Fatalf("AppendJSON(%+v) changed what stood before", v)
	}
	if read := readItem(t, text); !reflect.DeepEqual(read, item) {
		t.Fatalf("AppendJSON and Marshal(%+v) disagree\nJSON: %s\nitem: %s", v, text, cmp.Diff(read, item, everything))
	}
	return string(text), nil
}

// unmarshal reads an item's JSON in both forms, which must agree. JSON that is
// not well-formed is read in its own form only.
func unmarshal[T any](t testing.TB, text string) (T, error) {
	t.Helper()
	plan := planOf[T](t)
	var fromJSON, fromItem T
	data := []byte(text)
	errJSON := plan.ParseJSON(data, &fromJSON)
	// The second time the attributes are expected, and read in another way.
	var again T
	errAgain := plan.ParseJSON(data, &again)
	for i := range data {
		data[i] = 'X' // nothing that was read may lie in there
	}
	if (errJSON == nil) != (errAgain == nil) || errJSON == nil && !reflect.DeepEqual(fromJSON, again) {
		t.Fatalf("ParseJSON(%s) twice\n got: %+v %v\nthen: %+v %v", text, fromJSON, errJSON, again, errAgain)
	}
	item, err := parseItem([]byte(text))
	if err != nil || onlyInJSON(errJSON) {
		return fromJSON, errJSON
	}
	errItem := plan.Unmarshal(item, &fromItem)
	if !sameMistake(errJSON, errItem, text) {
		t.Fatalf("ParseJSON and Unmarshal(%s) disagree\nJSON: %v\nitem: %v", text, errJSON, errItem)
	}
	if errJSON == nil && !reflect.DeepEqual(fromJSON, fromItem) {
		t.Fatalf("ParseJSON and Unmarshal(%s) disagree\n%s", text, cmp.Diff(fromJSON, fromItem, everything))
	}
	return fromJSON, errJSON
}

func readItem(t testing.TB, text []byte) map[string]types.AttributeValue {
	t.Helper()
	item, err := parseItem(text)
	if err != nil {
		t.Fatalf("item is no DynamoDB JSON: %v\n%s", err, text)
	}
	return item
}

// parseItem reads an item attribute by attribute.
func parseItem(text []byte) (map[string]types.AttributeValue, error) {
	scan := wire.NewScanner(text)
	item := make(map[string]types.AttributeValue)
	if err := scan.Begin('{'); err != nil {
		return nil, err
	}
	for first := true; ; first = false {
		more, err := scan.More('}', first)
		if err != nil {
			return nil, err
		}
		if !more {
			return item, scan.End()
		}
		name, err := scan.Name()
		if err != nil {
			return nil, err
		}
		key := string(name)
		if _, twice := item[key]; twice {
			return nil, errors.New("name stands there twice")
		}
		if item[key], err = wire.ReadValue(scan); err != nil {
			return nil, err
		}
	}
}

// onlyInJSON reports whether err is about a name that stands twice in an
// object, which a Go map cannot show.
func onlyInJSON(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "a name stands twice") || strings.Contains(err.Error(), "two entries of one name"))
}

// sameMistake is sameText, but that of several mistakes in one map each form
// may tell another, and only the JSON has the first of two entries of one name.
func sameMistake(a, b error, text string) bool {
	x, okX := errors.AsType[*fields.ValueError](a)
	y, okY := errors.AsType[*fields.ValueError](b)
	if okX && b == nil && nameTwice(json.NewDecoder(strings.NewReader(text))) {
		return true
	}
	if okX && okY && strings.Contains(text, `"M"`) {
		return x.Struct == y.Struct && x.Field == y.Field && x.Attribute == y.Attribute
	}
	return sameText(a, b)
}

// nameTwice reports whether the value that comes next has an object with two
// members of one name. It is well-formed.
func nameTwice(d *json.Decoder) (twice bool) {
	token, err := d.Token()
	open, is := token.(json.Delim)
	if err != nil || !is {
		return false
	}
	names := make(map[json.Token]bool)
	for d.More() {
		if open == '{' {
			name, err := d.Token()
			twice = twice || err != nil || names[name]
			names[name] = true
		}
		twice = nameTwice(d) || twice
	}
	_, err = d.Token()
	return twice && err == nil
}

func sameText(a, b error) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return a.Error() == b.Error()
}

// in is an item of one attribute.
func in(value string) string { return `{"v":` + value + `}` }
