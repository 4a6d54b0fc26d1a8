package ddbtable

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/fields"
	"example.com/ddb/internal/wire"
)

// An item is an item, a key or part of one, in the form in which it came or
// goes: DynamoDB JSON, or the SDK's type. The zero item is none. JSON that came
// in a response is valid until the reply is released.
type item struct {
	json  []byte
	typed map[string]types.AttributeValue
}

func (i item) none() bool { return i.json == nil && i.typed == nil }

// attributeValues is the item in the SDK's type, nil for none.
func (i item) attributeValues() (map[string]types.AttributeValue, error) {
	if i.json == nil {
		return i.typed, nil
	}
	all := make(map[string]types.AttributeValue)
	scan := wire.NewScanner(i.json)
	err := scan.Each('{', '}', func(name []byte) error {
		text := string(name)
		av, err := wire.ReadValue(scan)
		if _, twice := all[text]; twice {
			return wire.ScanSource(scan).Malformed("a name stands twice in one object")
		}
		if av != nil {
			all[text] = av
		}
		return err
	})
	return all, err
}

// value is the attribute of that name, the zero Value if the item lacks it.
func (i item) value(name string) (fields.Value, error) {
	if i.json == nil {
		if av := i.typed[name]; av != nil {
			return fields.FromAttributeValue(av)
		}
		return fields.Value{}, nil
	}
	var found fields.Value
	scan := wire.NewScanner(i.json)
	err := scan.Each('{', '}', func(n []byte) error {
		if string(n) != name {
			_, err := scan.Skip()
			return err
		}
		json, err := scan.Skip()
		if err == nil {
			found, err = fields.ParseValue(json)
		}
		return err
	})
	return found, err
}

// appendValues appends the values of some attributes, all of which must be
// there.
func (i item) appendValues(dst []fields.Value, of []*fields.Field) ([]fields.Value, error) {
	start := len(dst)
	dst = append(dst, make([]fields.Value, len(of))...)
	all := dst[start:]
	var err error
	if i.json == nil {
		for n := 0; n < len(of) && err == nil; n++ {
			all[n], err = i.value(of[n].Name)
		}
	} else {
		err = i.parseValues(all, of)
	}
	if err != nil {
		return nil, err
	}
	for n, f := range of {
		if all[n].Kind() == "" {
			return nil, planErrorf("the response lacks the key attribute %q", f.Name)
		}
	}
	return dst, nil
}

// parseValues reads the values of some attributes, each listed once, from the
// JSON.
func (i item) parseValues(all []fields.Value, of []*fields.Field) error {
	scan := wire.NewScanner(i.json)
	return scan.Each('{', '}', func(name []byte) error {
		n := slices.IndexFunc(of, func(f *fields.Field) bool { return f.Name == string(name) })
		json, err := scan.Skip()
		if err == nil && n >= 0 {
			all[n], err = fields.ParseValue(json)
		}
		return err
	})
}

// clone is the item in memory of its own.
func (i item) clone() item {
	i.json = slices.Clone(i.json)
	return i
}

// length is about how many bytes the item has in a request.
func (i item) length() int {
	n := len(i.json)
	for name, av := range i.typed {
		json, _ := wire.AppendValue(nil, av)
		n += len(name) + len(json) + len(`"":,`)
	}
	return n
}

// size is how many bytes the item counts for in DynamoDB, 0 for none.
func (i item) size() int {
	all, _ := i.attributeValues()
	n := 0
	for name, av := range all {
		n += len(name) + wire.Size(av)
	}
	return n
}

// appendJSON appends the item as JSON.
func (i item) appendJSON(dst []byte) []byte { return append(dst, i.json...) }

// A member is one attribute of a key.
type member struct {
	name  string
	value fields.Value
}

// appendMembers appends attributes as an item in JSON.
func appendMembers(dst []byte, members []member) []byte {
	dst = append(dst, '{')
	for i, m := range members {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(wire.AppendString(dst, m.name), ':')
		dst = m.value.AppendJSON(dst)
	}
	return append(dst, '}')
}

// typedMembers is attributes as an item in the SDK's type.
func typedMembers(members []member) map[string]types.AttributeValue {
	m := make(map[string]types.AttributeValue, len(members))
	for _, a := range members {
		m[a.name] = a.value.AttributeValue()
	}
	return m
}
