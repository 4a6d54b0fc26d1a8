package fields

import (
	"fmt"
	"reflect"
	"time"
)

// namedCodec makes the codec that a tag names, where the name decides more
// than the type does. It returns nil where the name only repeats what the type
// says.
func namedCodec(name string, t reflect.Type, tag *tag) (*codec, error) {
	switch name {
	case "unix", "unixmilli", "time":
		if t != timeType {
			return nil, misfit(name, t, "time.Time")
		}
		return timeCodec(name, tag.truncate), nil
	case "uuid":
		if t.Kind() != reflect.Array || t.Len() != 16 || t.Elem().Kind() != reflect.Uint8 {
			return nil, misfit(name, t, "uuid.UUID or another array of 16 bytes")
		}
		return uuidCodec(), nil
	case "decimal":
		if t.Kind() != reflect.String {
			return nil, misfit(name, t, "fields.Decimal or another string type")
		}
		return decimalCodec(), nil
	case "int_int":
		if t != intIntType {
			return nil, misfit(name, t, "fields.IntInt")
		}
		return intIntCodec(), nil
	}
	return kindCodec(name, t)
}

// kindCodec is for the names of plain codecs, which must fit the type's kind.
func kindCodec(name string, t reflect.Type) (*codec, error) {
	if name == "list" || name == "map" {
		fits := name == "list" && (t.Kind() == reflect.Slice || t.Kind() == reflect.Array) ||
			name == "map" && (t.Kind() == reflect.Map || t.Kind() == reflect.Struct)
		if !fits {
			return nil, misfit(name, t, map[string]string{"list": "a slice or array", "map": "a map or struct"}[name])
		}
		return nil, nil
	}
	made := basicCodec(t)
	if made == nil || kindNames[name] != goFamily(t) {
		return nil, misfit(name, t, kindNames[name])
	}
	return made, nil
}

var kindNames = map[string]string{
	"bool":   "a bool",
	"bytes":  "bytes",
	"float":  "a float",
	"int":    "a signed integer",
	"string": "a string",
	"uint":   "an unsigned integer",
}

// goFamily describes the kind of a type that basicCodec takes.
func goFamily(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return kindNames["bool"]
	case reflect.Float32, reflect.Float64:
		return kindNames["float"]
	case reflect.String:
		return kindNames["string"]
	case reflect.Slice, reflect.Array:
		return kindNames["bytes"]
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return kindNames["int"]
	}
	return kindNames["uint"]
}

func timeCodec(name string, truncate bool) *codec {
	switch name {
	case "unix":
		return unixTime(time.Second, truncate)
	case "unixmilli":
		return unixTime(time.Millisecond, truncate)
	}
	return timeText()
}

func misfit(option string, t reflect.Type, want string) error {
	return fmt.Errorf("option %q does not fit Go type %s; it is for %s", option, t, want)
}

func unsupported(t reflect.Type) error {
	return fmt.Errorf("Go type %s cannot be stored; use a supported type, register a codec with fields.Register, or exclude the field with `ddb:\"-\"`", t)
}
