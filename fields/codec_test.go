package fields_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"example.com/ddb/fields"
)

// A Level is an enum of a number, a Color one of a string.
type (
	Level int8
	Color string
	Shade byte
)

func (l Level) Valid() bool  { return 1 <= l && l <= 3 }
func (c *Color) Valid() bool { return *c == "red" || *c == "green" }
func (s Shade) Valid() bool  { return s < 10 }

type address struct {
	Street string  `ddb:"street"`
	Zip    *string `ddb:"zip"`
	Level  Level   `ddb:"level,omitzero"`
}

type base struct {
	Version int `ddb:"version"`
}

// Extra is embedded by pointer.
type Extra struct {
	Note *string `ddb:"note"`
	Deep *struct {
		N int `ddb:"n"`
	} `ddb:"deep"`
}

type tree struct {
	Name     string           `ddb:"name"`
	Children []tree           `ddb:"children"`
	Named    map[string]*tree `ddb:"named"`
	Next     *tree            `ddb:"next"`
}

// A stamp is a time of a named type, without time.Time's methods.
type stamp time.Time

// lists contain nothing but themselves.
type (
	lists []lists
	dicts map[string]dicts
)

func ptr[V any](v V) *V { return &v }

// round checks that v is stored as want, a whole item, and that want is read
// as v.
func round[T any](t *testing.T, v T, want string) {
	t.Helper()
	got, err := marshal(t, v)
	if err != nil || got != want {
		t.Errorf("AppendJSON(%+v)\n got: %s %v\nwant: %s", v, got, err, want)
		return
	}
	back, err := unmarshal[T](t, want)
	if err != nil || !reflect.DeepEqual(back, v) {
		t.Errorf("ParseJSON(%s): %v\n%s", want, err, cmp.Diff(v, back, everything))
	}
}

// refuses checks that v is not stored, with an error that holds want and names
// the place.
func refuses[T any](t *testing.T, v T, want string) {
	t.Helper()
	_, err := marshal(t, v)
	checkValueError(t, err, want)
}

// rejects checks that the item is not read.
func rejects[T any](t *testing.T, item, want string) {
	t.Helper()
	_, err := unmarshal[T](t, item)
	checkValueError(t, err, want)
}

func checkValueError(t *testing.T, err error, want string) {
	t.Helper()
	ve, ok := errors.AsType[*fields.ValueError](err)
	switch {
	case !ok:
		t.Errorf("error\n got: %v\nwant: a *ValueError with %q", err, want)
	case !strings.Contains(err.Error(), want):
		t.Errorf("error\n got: %v\nwant: …%s…", err, want)
	case ve.Attribute != "v" || ve.Field != "V" || ve.Struct == "" || errors.Unwrap(ve) == nil:
		t.Errorf("error names the wrong place: %#v", ve)
	}
}

func TestStrings(t *testing.T) {
	type item struct {
		V string `ddb:"v"`
	}
	round(t, item{"héllo"}, in(`{"S":"héllo"}`))
	round(t, item{""}, in(`{"S":""}`))
	round(t, item{"\x00\t\"\\\u2028/"}, in(`{"S":"\u0000\u0009\"\\`+"\u2028"+`/"}`))
	refuses(t, item{"a\xffb"}, "not valid UTF-8")
	rejects[item](t, in("{\"S\":\"a\xffb\"}"), "not valid UTF-8")
	rejects[item](t, in(`{"N":"1"}`), `attribute type is "N", the field reads "S"`)
	rejects[item](t, in(`{"NULL":true}`), "stored value is NULL")
	rejects[item](t, in(`{"NEW":"x"}`), "one that is not known here")
	rejects[item](t, in(`{}`), "one that is not known here")
	rejects[item](t, in(`null`), "one that is not known here")
	rejects[item](t, in(`{"S":null}`), "one that is not known here")
	if got, err := unmarshal[item](t, in(`{"NEW":[{}],"S":"a","N":null}`)); err != nil || got.V != "a" {
		t.Errorf("members of unknown types and null ones are passed over\n got: %q %v", got.V, err)
	}
}

func TestIntegers(t *testing.T) {
	type i8 struct {
		V int8 `ddb:"v"`
	}
	type i16 struct {
		V int16 `ddb:"v,int"`
	}
	type i64 struct {
		V int64 `ddb:"v"`
	}
	type u8 struct {
		V uint8 `ddb:"v,uint"`
	}
	type u64 struct {
		V uint64 `ddb:"v"`
	}
	type duration struct {
		V time.Duration `ddb:"v"`
	}
	round(t, i8{math.MinInt8}, in(`{"N":"-128"}`))
	round(t, i8{math.MaxInt8}, in(`{"N":"127"}`))
	round(t, i16{math.MinInt16}, in(`{"N":"-32768"}`))
	round(t, i64{math.MinInt64}, in(`{"N":"-9223372036854775808"}`))
	round(t, i64{math.MaxInt64}, in(`{"N":"9223372036854775807"}`))
	round(t, i64{9007199254740993}, in(`{"N":"9007199254740993"}`)) // no float64 holds it
	round(t, u8{255}, in(`{"N":"255"}`))
	round(t, u64{math.MaxUint64}, in(`{"N":"18446744073709551615"}`))
	round(t, duration{time.Second}, in(`{"N":"1000000000"}`))
	for _, spelled := range []string{"100", "1E2", "1e+2", "100.0", "0100", "+100", "1000e-1", "-0100e0"} {
		got, err := unmarshal[i8](t, in(`{"N":"`+spelled+`"}`))
		want := int8(100)
		if spelled[0] == '-' {
			want = -100
		}
		if err != nil || got.V != want {
			t.Errorf("ParseJSON of the number %s\n got: %v %v\nwant: %d", spelled, got.V, err, want)
		}
	}
	rejects[i8](t, in(`{"N":"128"}`), "does not fit in 8 bits")
	rejects[i8](t, in(`{"N":"-129"}`), "does not fit in 8 bits")
	rejects[i64](t, in(`{"N":"9223372036854775808"}`), "does not fit in 64 bits")
	rejects[u64](t, in(`{"N":"18446744073709551616"}`), "does not fit in 64 bits")
	rejects[u8](t, in(`{"N":"256"}`), "does not fit in 8 bits")
	rejects[u8](t, in(`{"N":"-1"}`), "stored number is negative")
	rejects[i8](t, in(`{"N":"-1.5"}`), "stored number has a fraction")
	rejects[u8](t, in(`{"N":"1.5"}`), "stored number has a fraction")
	for _, text := range []string{"", "x", "-", "--1", "1_000", " 1", "0x1", "NaN", "1e", "1e999999999999999999999"} {
		rejects[i8](t, in(`{"N":"`+text+`"}`), "stored number is")
		rejects[u8](t, in(`{"N":"`+text+`"}`), "stored number is")
	}
}

func TestFloats(t *testing.T) {
	type f32 struct {
		V float32 `ddb:"v"`
	}
	type f64 struct {
		V float64 `ddb:"v,float"`
	}
	round(t, f64{0.1}, in(`{"N":"0.1"}`))
	round(t, f64{1e21}, in(`{"N":"1e+21"}`))
	round(t, f64{-1e-7}, in(`{"N":"-1e-07"}`))
	round(t, f64{9.99e125}, in(`{"N":"9.99e+125"}`))
	round(t, f64{1e-130}, in(`{"N":"1e-130"}`))
	round(t, f64{math.MaxInt64}, in(`{"N":"9.223372036854776e+18"}`))
	round(t, f32{0.1}, in(`{"N":"0.1"}`))
	round(t, f32{math.MaxFloat32}, in(`{"N":"3.4028235e+38"}`))
	if got, err := marshal(t, f64{math.Copysign(0, -1)}); err != nil || got != in(`{"N":"0"}`) {
		t.Errorf("-0 is the number 0\n got: %s %v", got, err)
	}
	refuses(t, f64{math.NaN()}, "NaN and infinity cannot be stored")
	refuses(t, f64{math.Inf(-1)}, "NaN and infinity cannot be stored")
	refuses(t, f64{1e126}, "outside 1E-130")
	refuses(t, f64{math.SmallestNonzeroFloat64}, "outside 1E-130")
	rejects[f64](t, in(`{"N":"0.1000000000000000055511151231257827021"}`), "more digits than a float of 64 bits keeps")
	rejects[f64](t, in(`{"N":"9007199254740993"}`), "more digits than a float of 64 bits keeps")
	rejects[f32](t, in(`{"N":"16777217"}`), "more digits than a float of 32 bits keeps")
	rejects[f32](t, in(`{"N":"1e39"}`), "does not fit in a float of 32 bits")
	rejects[f32](t, in(`{"N":"1e-50"}`), "more digits than a float of 32 bits keeps")
	rejects[f64](t, in(`{"N":"NaN"}`), "stored number is not a decimal number")
	rejects[f64](t, in(`{"N":"0x1p4"}`), "stored number is not a decimal number")
	rejects[f64](t, in(`{"N":"1_0"}`), "stored number is not a decimal number")
	rejects[f64](t, in(`{"N":"Inf"}`), "stored number is not a decimal number")
}

func TestDecimals(t *testing.T) {
	type item struct {
		V fields.Decimal `ddb:"v"`
	}
	type named struct {
		V string `ddb:"v,decimal,omitzero"`
	}
	nines := strings.Repeat("9", 38)
	round(t, item{"12.50"}, in(`{"N":"12.50"}`))
	round(t, item{fields.Decimal(nines)}, in(`{"N":"`+nines+`"}`))
	round(t, named{"-1e-130"}, in(`{"N":"-1e-130"}`))
	round(t, named{""}, `{}`)
	refuses(t, item{""}, "decimal text is not a decimal number")
	refuses(t, item{"12,50"}, "decimal text is not a decimal number")
	refuses(t, item{"NaN"}, "decimal text is not a decimal number")
	refuses(t, item{fields.Decimal(nines + "9")}, "decimal text has more than 38 significant digits")
	refuses(t, item{"1e126"}, "decimal text is outside 1E-130")
	rejects[item](t, in(`{"N":"`+nines+`1"}`), "stored number has more than 38 significant digits")
}

func TestBools(t *testing.T) {
	type item struct {
		V bool `ddb:"v"`
	}
	round(t, item{true}, in(`{"BOOL":true}`))
	round(t, item{false}, in(`{"BOOL":false}`))
	rejects[item](t, in(`{"N":"1"}`), `attribute type is "N"`)
}

func TestBytes(t *testing.T) {
	type slice struct {
		V []byte `ddb:"v"`
	}
	type array struct {
		V [4]byte `ddb:"v,bytes"`
	}
	type asList struct {
		V []byte `ddb:"v,list"`
	}
	type raw struct {
		V json.RawMessage `ddb:"v"`
	}
	round(t, slice{[]byte("\x00\xff")}, in(`{"B":"AP8="}`))
	round(t, slice{[]byte{}}, in(`{"B":""}`))
	round(t, slice{nil}, `{}`)
	round(t, array{[4]byte{1, 2, 3, 4}}, in(`{"B":"AQIDBA=="}`))
	round(t, asList{[]byte{1, 2}}, in(`{"L":[{"N":"1"},{"N":"2"}]}`))
	round(t, raw{json.RawMessage(`{"a":1}`)}, in(`{"B":"eyJhIjoxfQ=="}`))
	if got, err := unmarshal[slice](t, in(`{"NULL":true}`)); err != nil || got.V != nil {
		t.Errorf("NULL is a nil slice\n got: %v %v", got.V, err)
	}
	rejects[array](t, in(`{"B":"AQID"}`), "stored value has 3 bytes, the field holds exactly 4")
	rejects[array](t, in(`{"NULL":true}`), "stored value is NULL")
}

func TestUUIDs(t *testing.T) {
	type item struct {
		V uuid.UUID `ddb:"v"`
	}
	type other struct {
		V [16]byte `ddb:"v,uuid"`
	}
	type asBytes struct {
		V uuid.UUID `ddb:"v,bytes"`
	}
	type nullable struct {
		V uuid.NullUUID `ddb:"v"`
	}
	id := uuid.MustParse("f14e47c3-0232-430c-b79c-65b9ab000110")
	round(t, nullable{uuid.NullUUID{UUID: id, Valid: true}}, in(`{"S":"f14e47c3-0232-430c-b79c-65b9ab000110"}`))
	round(t, nullable{}, `{}`)
	rejects[nullable](t, in(`{"S":"null"}`), "not a UUID")
	if got, err := unmarshal[nullable](t, in(`{"NULL":true}`)); err != nil || got.V.Valid {
		t.Errorf("NULL is read as %v, %v", got.V, err)
	}
	round(t, item{id}, in(`{"S":"f14e47c3-0232-430c-b79c-65b9ab000110"}`))
	round(t, item{uuid.Nil}, in(`{"S":"00000000-0000-0000-0000-000000000000"}`))
	round(t, other{id}, in(`{"S":"f14e47c3-0232-430c-b79c-65b9ab000110"}`))
	round(t, asBytes{id}, in(`{"B":"8U5HwwIyQwy3nGW5qwABEA=="}`))
	for _, text := range []string{
		"F14E47C3-0232-430C-B79C-65B9AB000110", "{f14e47c3-0232-430c-b79c-65b9ab000110}", "f14e47c30232430cb79c65b9ab000110",
		"urn:uuid:f14e47c3-0232-430c-b79c-65b9ab000110", "", "f14e47c3-0232-430c-b79c-65b9ab00011g", "f14e47c3-0232-430c-b79c_65b9ab000110",
		"f14e47c3-0232-430c-b79c-65b9ab00011é",
	} {
		rejects[item](t, in(`{"S":"`+text+`"}`), "not a UUID of 36 bytes in lower case")
	}
}

// TestUUIDsAreThoseOfTheirPackage: every UUID has the text that its package
// gives it, and no other text of 36 bytes is one.
func TestUUIDsAreThoseOfTheirPackage(t *testing.T) {
	type item struct {
		V uuid.UUID `ddb:"v"`
	}
	rapid.Check(t, func(t *rapid.T) {
		id := uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
		plan, err := fields.PlanOf[item]()
		if err != nil {
			t.Fatal(err)
		}
		got, err := plan.AppendJSON(nil, &item{id})
		if want := in(`{"S":"` + id.String() + `"}`); err != nil || string(got) != want {
			t.Fatalf("AppendJSON(%v)\n got: %s %v\nwant: %s", id, got, err, want)
		}
		at := rapid.IntRange(0, 35).Draw(t, "at")
		text := []byte(id.String())
		text[at] = rapid.ByteRange('\'', '~').Draw(t, "byte")
		var back item
		err = plan.Unmarshal(map[string]types.AttributeValue{"v": &types.AttributeValueMemberS{Value: string(text)}}, &back)
		if want, errWant := uuid.ParseBytes(text); errWant == nil && want.String() == string(text) {
			if err != nil || back.V != want {
				t.Fatalf("Unmarshal(%s)\n got: %v %v", text, back.V, err)
			}
		} else if err == nil {
			t.Fatalf("%s is read as %v", text, back.V)
		}
	})
}

func TestTimes(t *testing.T) {
	type text struct {
		V time.Time `ddb:"v"`
	}
	type pointer struct {
		V *time.Time `ddb:"v,time"`
	}
	type named struct {
		V stamp `ddb:"v"`
	}
	at := time.Date(2015, 4, 11, 22, 34, 41, 120, time.UTC)
	round(t, text{at}, in(`{"S":"2015-04-11T22:34:41.000000120Z"}`))
	round(t, text{time.Time{}}, in(`{"S":"0001-01-01T00:00:00.000000000Z"}`))
	round(t, text{time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)}, in(`{"S":"0000-01-01T00:00:00.000000000Z"}`))
	round(t, text{time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC)}, in(`{"S":"9999-12-31T23:59:59.999999999Z"}`))
	round(t, pointer{&at}, in(`{"S":"2015-04-11T22:34:41.000000120Z"}`))
	round(t, pointer{nil}, `{}`)
	round(t, named{stamp(at)}, in(`{"S":"2015-04-11T22:34:41.000000120Z"}`))

	zone := time.FixedZone("", -5*60*60)
	if got, err := marshal(t, text{at.In(zone)}); err != nil || got != in(`{"S":"2015-04-11T22:34:41.000000120Z"}`) {
		t.Errorf("a time is stored in UTC\n got: %s %v", got, err)
	}
	now := time.Now() // with a monotonic clock
	stored, _ := marshal(t, text{now})
	if back, err := unmarshal[text](t, stored); err != nil || back.V != now.UTC().Round(0) {
		t.Errorf("now is read back as %v, %v; want %v", back.V, err, now.UTC().Round(0))
	}
	refuses(t, text{time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, "year is outside 0 to 9999")
	refuses(t, text{time.Date(9999, 12, 31, 23, 0, 0, 0, zone)}, "year is outside 0 to 9999")
	refuses(t, text{time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC)}, "year is outside 0 to 9999")
	for _, text1 := range []string{
		"2015-04-11T22:34:41Z", "2015-04-11T22:34:41.12Z", "2015-04-11T22:34:41.000000120+00:00", "2015-04-11T22:34:41,000000120Z",
		"2015-02-30T22:34:41.000000120Z", "2015-04-11T24:00:00.000000000Z", "2015-04-11T22:34:60.000000000Z", "-000-04-11T22:34:41.000000000Z",
		"2015-04-11t22:34:41.000000120z", "", "2015-04-11T22:34:41.000000120Z ", "2015-13-11T22:34:41.000000120Z", "2015-00-11T22:34:41.000000120Z",
	} {
		rejects[text](t, in(`{"S":"`+text1+`"}`), "not a time in the form 2006-01-02T15:04:05.000000000Z")
	}
}

func TestUnixTimes(t *testing.T) {
	type unix struct {
		V time.Time `ddb:"v,unix"`
	}
	type milli struct {
		V time.Time `ddb:"v,unixmilli"`
	}
	type cut struct {
		V time.Time `ddb:"v,unix,truncate"`
	}
	type cutMilli struct {
		V *time.Time `ddb:"v,truncate,unixmilli"`
	}
	type named struct {
		V *stamp `ddb:"v,unixmilli"`
	}
	utc := func(sec, nsec int64) time.Time { return time.Unix(sec, nsec).UTC() }
	round(t, named{ptr(stamp(utc(1, 5e6)))}, in(`{"N":"1005"}`))
	refuses(t, named{ptr(stamp(utc(1, 1)))}, "finer fraction")
	round(t, unix{utc(1428791681, 0)}, in(`{"N":"1428791681"}`))
	round(t, unix{utc(-1, 0)}, in(`{"N":"-1"}`))
	round(t, unix{time.Time{}}, in(`{"N":"-62135596800"}`))
	round(t, milli{utc(1428791681, 999e6)}, in(`{"N":"1428791681999"}`))
	round(t, milli{utc(-2, 1e6)}, in(`{"N":"-1999"}`))
	refuses(t, unix{utc(1, 1)}, "finer fraction than is stored; truncate it first, or add the option truncate")
	refuses(t, unix{utc(-1, 1)}, "finer fraction")
	refuses(t, milli{utc(1, 1)}, "finer fraction")
	refuses(t, milli{utc(-1, 999999)}, "finer fraction")

	// The option rounds down, to what Truncate gives, before 1970 too.
	for _, at := range []time.Time{utc(1, 999999999), utc(-2, 1), utc(-2, 999999999), time.Date(1, 1, 1, 0, 0, 0, 5, time.UTC)} {
		stored, err := marshal(t, cut{at})
		if back, _ := unmarshal[cut](t, stored); err != nil || !back.V.Equal(at.Truncate(time.Second)) {
			t.Errorf("%v is stored as %s and read as %v, %v", at, stored, back.V, err)
		}
		stored, err = marshal(t, cutMilli{&at})
		if back, _ := unmarshal[cutMilli](t, stored); err != nil || !back.V.Equal(at.Truncate(time.Millisecond)) {
			t.Errorf("%v is stored as %s and read as %v, %v", at, stored, back.V, err)
		}
	}
	refuses(t, milli{time.Unix(math.MaxInt64/1000+1, 0)}, "time is too far from 1970")
	refuses(t, milli{time.Unix(math.MinInt64/1000-1, 0)}, "time is too far from 1970")
	refuses(t, unix{time.Unix(math.MaxInt64, 0)}, "time is too far from 1970")
	rejects[unix](t, in(`{"N":"9223372036854775807"}`), "time is too far from 1970")
	rejects[unix](t, in(`{"N":"1428791681.5"}`), "stored number has a fraction")
	rejects[unix](t, in(`{"S":"1428791681"}`), `attribute type is "S", the field reads "N"`)
	round(t, milli{time.UnixMilli(math.MaxInt64).UTC()}, in(`{"N":"9223372036854775807"}`))
	round(t, milli{time.UnixMilli(math.MinInt64).UTC()}, in(`{"N":"-9223372036854775808"}`))
	round(t, unix{time.Unix(math.MinInt64, 0).UTC()}, in(`{"N":"-9223372036854775808"}`))
}

func TestIntInts(t *testing.T) {
	type item struct {
		V fields.IntInt `ddb:"v,int_int"`
	}
	round(t, item{fields.IntInt{First: 101, Second: 1428791681}}, in(`{"S":"101_1428791681"}`))
	round(t, item{fields.IntInt{First: math.MinInt64, Second: -1}}, in(`{"S":"-9223372036854775808_-1"}`))
	for _, text := range []string{"101", "101_", "_1", "101_1_1", "+1_1", "01_1", "1_-0", " 1_1", "1_1 ", "1_9223372036854775808", "a_b", ""} {
		rejects[item](t, in(`{"S":"`+text+`"}`), "not two integers with an underscore between")
		if i, err := fields.ParseIntInt(text); err == nil {
			t.Errorf("ParseIntInt(%q) = %v", text, i)
		}
	}
}

func TestLists(t *testing.T) {
	type slice struct {
		V []string `ddb:"v"`
	}
	type pointers struct {
		V []*int `ddb:"v,list"`
	}
	type array struct {
		V [2]int `ddb:"v"`
	}
	type nested struct {
		V [][]int `ddb:"v"`
	}
	type times struct {
		V *[]time.Time `ddb:"v"`
	}
	round(t, slice{[]string{"a", ""}}, in(`{"L":[{"S":"a"},{"S":""}]}`))
	round(t, slice{[]string{}}, in(`{"L":[]}`))
	round(t, slice{nil}, `{}`)
	round(t, pointers{[]*int{ptr(1), nil}}, in(`{"L":[{"N":"1"},{"NULL":true}]}`))
	round(t, array{[2]int{1, 2}}, in(`{"L":[{"N":"1"},{"N":"2"}]}`))
	round(t, nested{[][]int{{1}, {}, nil}}, in(`{"L":[{"L":[{"N":"1"}]},{"L":[]},{"NULL":true}]}`))
	round(t, times{&[]time.Time{{}}}, in(`{"L":[{"S":"0001-01-01T00:00:00.000000000Z"}]}`))
	round(t, times{nil}, `{}`)
	long := slice{make([]string, 1000)}
	stored, _ := marshal(t, long)
	round(t, long, stored)
	refuses(t, slice{[]string{"a", "\xff"}}, "element 1: text is not valid UTF-8")
	rejects[slice](t, in(`{"L":[{"S":"a"},{"N":"1"}]}`), `element 1: stored attribute type is "N"`)
	rejects[slice](t, in(`{"L":[{"NULL":true}]}`), "element 0: stored value is NULL")
	rejects[slice](t, in(`{"SS":["a"]}`), `attribute type is "SS", the field reads "L"`)
	rejects[array](t, in(`{"L":[{"N":"1"}]}`), "stored list has 1 elements, the field holds exactly 2")
	rejects[array](t, in(`{"L":[{"N":"1"},{"N":"1"},{"N":"1"}]}`), "stored list has more than the 2 elements")
	if got, err := unmarshal[slice](t, in(`{"NULL":true}`)); err != nil || got.V != nil {
		t.Errorf("NULL is a nil slice\n got: %v %v", got.V, err)
	}
}

func TestMaps(t *testing.T) {
	type strs struct {
		V map[string]int `ddb:"v"`
	}
	type ids struct {
		V map[uuid.UUID]*string `ddb:"v,map"`
	}
	type numbers struct {
		V map[int16][]byte `ddb:"v"`
	}
	type levels struct {
		V map[Level]bool `ddb:"v"`
	}
	type times struct {
		V map[time.Time]string `ddb:"v"`
	}
	round(t, strs{map[string]int{"b": 2, "a": 1, "é\"": 3}}, in(`{"M":{"a":{"N":"1"},"b":{"N":"2"},"é\"":{"N":"3"}}}`))
	round(t, strs{map[string]int{}}, in(`{"M":{}}`))
	round(t, strs{nil}, `{}`)
	round(t, ids{map[uuid.UUID]*string{{1}: ptr("x"), {2}: nil}},
		in(`{"M":{"01000000-0000-0000-0000-000000000000":{"S":"x"},"02000000-0000-0000-0000-000000000000":{"NULL":true}}}`))
	round(t, numbers{map[int16][]byte{-1: {}, 7: nil}}, in(`{"M":{"-1":{"B":""},"7":{"NULL":true}}}`))
	round(t, levels{map[Level]bool{1: true}}, in(`{"M":{"1":{"BOOL":true}}}`))
	refuses(t, strs{map[string]int{"": 1}}, "name in a map must be 1 to 65,535 bytes")
	refuses(t, strs{map[string]int{"\xff": 1}}, "name in a map: text is not valid UTF-8")
	refuses(t, strs{map[string]int{strings.Repeat("x", 65536): 1}}, "name in a map must be 1 to 65,535 bytes")
	refuses(t, levels{map[Level]bool{9: true}}, "name in a map: value is not one that Go type fields_test.Level declares")
	refuses(t, times{map[time.Time]string{{}: "a", time.Time{}.In(time.FixedZone("", 60)): "b"}}, "map has two entries of one name")
	rejects[strs](t, in(`{"M":{"a":{"S":"1"}}}`), `in the map: stored attribute type is "S"`)
	rejects[strs](t, in("{\"M\":{\"\xff\":{\"N\":\"1\"}}}"), "name in the map: text is not valid UTF-8")
	rejects[levels](t, in(`{"M":{"9":{"BOOL":true}}}`), "value is not one that Go type fields_test.Level declares")
	// Both names would become the key 7.
	rejects[numbers](t, in(`{"M":{"7":{"B":""},"7.0":{"B":""}}}`), "not in the form that is written")
	rejects[strs](t, in(`{"M":{"a":{"N":"1"},"a":{"N":"2"}}}`), "map has two entries of one name")
	rejects[numbers](t, in(`{"M":{"x":{"B":""}}}`), "stored number is not a decimal number")
}

func TestSets(t *testing.T) {
	type strs struct {
		V []string `ddb:"v,set"`
	}
	type asMap struct {
		V map[string]struct{} `ddb:"v,set"`
	}
	type numbers struct {
		V []float64 `ddb:"v,set"`
	}
	type decimals struct {
		V map[fields.Decimal]struct{} `ddb:"v,set"`
	}
	type binary struct {
		V [][]byte `ddb:"v,set"`
	}
	type pointer struct {
		V *[]int `ddb:"v,set"`
	}
	type ids struct {
		V []uuid.UUID `ddb:"v,set"`
	}
	type list struct {
		V []fieldsSet `ddb:"v"`
	}
	round(t, strs{[]string{"b", "a", ""}}, in(`{"SS":["b","a",""]}`))
	round(t, strs{nil}, `{}`)
	round(t, asMap{map[string]struct{}{"b": {}, "a": {}}}, in(`{"SS":["a","b"]}`))
	round(t, numbers{[]float64{1.5, -2}}, in(`{"NS":["1.5","-2"]}`))
	round(t, binary{[][]byte{{1}, {}}}, in(`{"BS":["AQ==",""]}`))
	round(t, pointer{&[]int{3}}, in(`{"NS":["3"]}`))
	round(t, ids{[]uuid.UUID{{}}}, in(`{"SS":["00000000-0000-0000-0000-000000000000"]}`))
	for _, empty := range []any{strs{[]string{}}, asMap{map[string]struct{}{}}, pointer{&[]int{}}} {
		var got string
		var err error
		switch v := empty.(type) {
		case strs:
			got, err = marshal(t, v)
		case asMap:
			got, err = marshal(t, v)
		case pointer:
			got, err = marshal(t, v)
		}
		if err != nil || got != `{}` {
			t.Errorf("an empty set is absent\n got: %s %v", got, err)
		}
	}
	refuses(t, strs{[]string{"a", "b", "a"}}, "set has the same element twice")
	refuses(t, numbers{[]float64{0, math.Copysign(0, -1)}}, "set has the same element twice")
	refuses(t, decimals{map[fields.Decimal]struct{}{"1": {}, "1.0": {}}}, "set has the same element twice")
	refuses(t, binary{[][]byte{{1}, nil}}, "element 1: element of the set is nil")
	refuses(t, numbers{[]float64{math.NaN()}}, "NaN")
	refuses(t, asMap{map[string]struct{}{"\xff": {}}}, "not valid UTF-8")
	refuses(t, list{[]fieldsSet{{}}}, "DynamoDB has no empty sets")
	rejects[strs](t, in(`{"L":[{"S":"a"}]}`), `attribute type is "L", the field reads "SS"`)
	rejects[strs](t, in(`{"NULL":true}`), "stored value is NULL")
	rejects[strs](t, in(`{"SS":[]}`), "DynamoDB has no empty sets")
	rejects[asMap](t, in(`{"SS":["a","a"]}`), "set has the same element twice")
	rejects[pointer](t, in(`{"NS":["1","x"]}`), "stored number is not a decimal number")
}

// fieldsSet is stored as a set by its own codec.
type fieldsSet struct{ elements []string }

func init() {
	type asSet struct {
		Elements []string `ddb:"elements,set"`
	}
	_ = asSet{}
	fields.Register("", fields.Via(
		func(s fieldsSet) (types.AttributeValue, error) {
			return &types.AttributeValueMemberSS{Value: s.elements}, nil
		},
		func(av types.AttributeValue) (fieldsSet, error) {
			ss, ok := av.(*types.AttributeValueMemberSS)
			if !ok {
				return fieldsSet{}, errors.New("not a string set")
			}
			return fieldsSet{ss.Value}, nil
		}))
}

func TestEnumsAreCheckedBothWaysEverywhere(t *testing.T) {
	type plain struct {
		V Level `ddb:"v"`
	}
	type pointer struct {
		V **Level `ddb:"v"`
	}
	type list struct {
		V []Color `ddb:"v"`
	}
	type array struct {
		V [1]*Color `ddb:"v"`
	}
	type set struct {
		V []Level `ddb:"v,set"`
	}
	type mapSet struct {
		V map[Color]struct{} `ddb:"v,set"`
	}
	type elems struct {
		V map[string]Color `ddb:"v"`
	}
	type bytes struct {
		V []Shade `ddb:"v"`
	}
	type asJSON struct {
		V Level `ddb:"v,json"`
	}
	type pointerAsJSON struct {
		V **Level `ddb:"v,json"`
	}
	type ownCodec struct {
		V *Grade `ddb:"v"`
	}
	type nested struct {
		V *address `ddb:"v"`
	}
	type omitted struct {
		V Level `ddb:"v,omitzero"`
	}
	const undeclared = "is not one that Go type fields_test."
	round(t, plain{3}, in(`{"N":"3"}`))
	refuses(t, plain{4}, undeclared+"Level declares")
	refuses(t, plain{0}, undeclared)
	rejects[plain](t, in(`{"N":"4"}`), undeclared)
	round(t, pointer{ptr(ptr(Level(1)))}, in(`{"N":"1"}`))
	round(t, pointer{nil}, `{}`)
	refuses(t, pointer{ptr(ptr(Level(4)))}, undeclared)
	rejects[pointer](t, in(`{"N":"4"}`), undeclared)
	if got, err := marshal(t, pointer{new(*Level)}); err != nil || got != `{}` {
		t.Errorf("a pointer to nil is absent\n got: %s %v", got, err)
	}
	if got, err := marshal(t, pointerAsJSON{new(*Level)}); err != nil || got != `{}` {
		t.Errorf("a pointer to nil is absent as JSON too\n got: %s %v", got, err)
	}
	round(t, list{[]Color{"red"}}, in(`{"L":[{"S":"red"}]}`))
	refuses(t, list{[]Color{"red", "blue"}}, "element 1: value "+undeclared+"Color")
	rejects[list](t, in(`{"L":[{"S":"blue"}]}`), undeclared)
	refuses(t, array{[1]*Color{ptr(Color("blue"))}}, undeclared)
	rejects[array](t, in(`{"L":[{"S":"blue"}]}`), undeclared)
	round(t, set{[]Level{2, 1}}, in(`{"NS":["2","1"]}`))
	refuses(t, set{[]Level{1, 4}}, "element 1: value "+undeclared)
	rejects[set](t, in(`{"NS":["4"]}`), undeclared)
	refuses(t, mapSet{map[Color]struct{}{"blue": {}}}, undeclared)
	rejects[mapSet](t, in(`{"SS":["blue"]}`), undeclared)
	refuses(t, elems{map[string]Color{"a": "blue"}}, undeclared)
	rejects[elems](t, in(`{"M":{"a":{"S":"blue"}}}`), undeclared)
	round(t, bytes{[]Shade{9}}, in(`{"L":[{"N":"9"}]}`))
	refuses(t, bytes{[]Shade{10}}, undeclared)
	round(t, asJSON{2}, in(`{"S":"2"}`))
	refuses(t, asJSON{4}, undeclared)
	rejects[asJSON](t, in(`{"S":"4"}`), undeclared)
	round(t, pointerAsJSON{ptr(ptr(Level(2)))}, in(`{"S":"2"}`))
	refuses(t, pointerAsJSON{ptr(ptr(Level(4)))}, undeclared)
	rejects[pointerAsJSON](t, in(`{"S":"4"}`), undeclared)
	round(t, ownCodec{ptr(Grade(2))}, in(`{"N":"2"}`))
	refuses(t, ownCodec{ptr(Grade(4))}, undeclared+"Grade declares")
	rejects[ownCodec](t, in(`{"N":"4"}`), undeclared)
	refuses(t, nested{&address{Level: 4}}, `fields_test.address.Level: attribute "level": value `+undeclared)
	rejects[nested](t, in(`{"M":{"level":{"N":"4"}}}`), undeclared)
	round(t, omitted{0}, `{}`)
}

func TestStructs(t *testing.T) {
	type value struct {
		V address `ddb:"v"`
	}
	type pointer struct {
		V *address `ddb:"v,map"`
	}
	type recursive struct {
		V tree `ddb:"v"`
	}
	round(t, value{address{Street: "a", Zip: ptr("b"), Level: 1}}, in(`{"M":{"street":{"S":"a"},"zip":{"S":"b"},"level":{"N":"1"}}}`))
	round(t, value{}, in(`{"M":{"street":{"S":""}}}`))
	round(t, pointer{nil}, `{}`)
	round(t, pointer{&address{}}, in(`{"M":{"street":{"S":""}}}`))
	round(t, recursive{tree{Name: "a", Children: []tree{{Name: "b"}}, Named: map[string]*tree{"c": nil}, Next: &tree{}}},
		in(`{"M":{"name":{"S":"a"},"children":{"L":[{"M":{"name":{"S":"b"}}}]},"named":{"M":{"c":{"NULL":true}}},"next":{"M":{"name":{"S":""}}}}}`))
	if got, err := unmarshal[value](t, in(`{"M":{"new":{"X":[1,{"a":null}]},"street":{"S":"a"},"zip":{"NULL":true}}}`)); err != nil || got.V.Street != "a" || got.V.Zip != nil {
		t.Errorf("unknown members are passed over\n got: %+v %v", got, err)
	}
	rejects[value](t, in(`{"M":{"street":{"N":"1"}}}`), `V: attribute "v": fields_test.address.Street: attribute "street": stored attribute type is "N"`)
	rejects[value](t, in(`{"NULL":true}`), "stored value is NULL")
	refuses(t, value{address{Street: "\xff"}}, `fields_test.address.Street: attribute "street": text is not valid UTF-8`)
}

func TestEmbeddedStructs(t *testing.T) {
	type item struct {
		base
		*Extra
		V int `ddb:"v"`
	}
	round(t, item{base: base{2}, V: 1}, `{"version":{"N":"2"},"v":{"N":"1"}}`)
	round(t, item{Extra: &Extra{Note: ptr("x")}}, `{"version":{"N":"0"},"note":{"S":"x"},"v":{"N":"0"}}`)
	got, err := unmarshal[item](t, `{"deep":{"M":{"n":{"N":"5"}}},"v":{"N":"1"}}`)
	if err != nil || got.Extra == nil || got.Deep == nil || got.Deep.N != 5 {
		t.Errorf("an embedded pointer is set when one of its attributes is there\n got: %+v %v", got, err)
	}
	got, err = unmarshal[item](t, `{"v":{"N":"1"}}`)
	if err != nil || got.Extra != nil {
		t.Errorf("an embedded pointer stays nil without its attributes\n got: %+v %v", got, err)
	}
}

func TestTextMarshalers(t *testing.T) {
	type addr struct {
		V netip.Addr `ddb:"v"`
	}
	type number struct {
		V *big.Int `ddb:"v"`
	}
	type wild struct {
		V wildText `ddb:"v"`
	}
	round(t, addr{netip.MustParseAddr("::1")}, in(`{"S":"::1"}`))
	round(t, number{big.NewInt(-5)}, in(`{"S":"-5"}`))
	round(t, number{nil}, `{}`)
	round(t, wild{"a"}, in(`{"S":"a"}`))
	refuses(t, wild{"\xff"}, "not valid UTF-8")
	refuses(t, wild{"fail"}, "no text")
	rejects[addr](t, in(`{"S":"localhost"}`), "unable to parse IP")
	rejects[wild](t, in("{\"S\":\"\xff\"}"), "not valid UTF-8")

	// The method overwrites its argument; the caller's string must not change.
	text := "stored"
	item := map[string]types.AttributeValue{"v": &types.AttributeValueMemberS{Value: text}}
	var v wild
	if err := planOf[wild](t).Unmarshal(item, &v); err != nil || v.V != "stored" || text != "stored" {
		t.Errorf("Unmarshal\n got: %q %v, the item's text is %q", v.V, err, text)
	}
}

// A wildText does what encoding.TextUnmarshaler does not forbid.
type wildText string

func (w wildText) MarshalText() ([]byte, error) {
	if w == "fail" {
		return nil, errors.New("no text")
	}
	return []byte(w), nil
}

func (w *wildText) UnmarshalText(text []byte) error {
	*w = wildText(text)
	clear(text)
	return nil
}

func TestJSON(t *testing.T) {
	type item struct {
		V map[string]any `ddb:"v,json"`
	}
	type pointer struct {
		V *struct{ A []int } `ddb:"v,json"`
	}
	type any1 struct {
		V any `ddb:"v,json"`
	}
	round(t, item{map[string]any{"a": []any{"x", nil, true}}}, in(`{"S":"{\"a\":[\"x\",null,true]}"}`))
	round(t, item{map[string]any{"n": json.Number("9007199254740993")}}, in(`{"S":"{\"n\":9007199254740993}"}`))
	round(t, item{nil}, `{}`)
	round(t, pointer{&struct{ A []int }{[]int{1}}}, in(`{"S":"{\"A\":[1]}"}`))
	round(t, pointer{nil}, `{}`)
	round(t, any1{"\ufffd \\ufffd"}, in(`{"S":"\"`+"\ufffd"+` \\\\ufffd\""}`))
	refuses(t, item{map[string]any{"a": "\xff"}}, "value holds text that is not valid UTF-8")
	refuses(t, item{map[string]any{"a": math.NaN()}}, "value is not JSON")
	refuses(t, any1{func() {}}, "value is not JSON")
	rejects[item](t, in(`{"S":"{"}`), "stored text is not the JSON of Go type map[string]interface {}")
	rejects[item](t, in(`{"S":"{} {}"}`), "stored text is not the JSON")
	rejects[item](t, in("{\"S\":\"{\\\"\xff\\\":1}\"}"), "not valid UTF-8")
}

func TestAttributeValuesAsTheyAre(t *testing.T) {
	type item struct {
		V types.AttributeValue `ddb:"v"`
	}
	type list struct {
		V []types.AttributeValue `ddb:"v"`
	}
	for _, stored := range []string{
		`{"S":"a"}`, `{"N":"1.50"}`, `{"B":"AQ=="}`, `{"B":""}`, `{"BOOL":false}`, `{"NULL":true}`, `{"L":[]}`, `{"M":{}}`,
		`{"L":[{"L":[{"S":""}]},{"M":{"a":{"NULL":true}}}]}`, `{"SS":["b","a"]}`, `{"NS":["2","1"]}`, `{"BS":["AQ==",""]}`,
	} {
		got, err := unmarshal[item](t, in(stored))
		if err != nil {
			t.Errorf("ParseJSON(%s): %v", stored, err)
		}
		round(t, got, in(stored))
	}
	round(t, item{nil}, `{}`)
	round(t, list{[]types.AttributeValue{&types.AttributeValueMemberS{Value: "a"}}}, in(`{"L":[{"S":"a"}]}`))

	var typedNil *types.AttributeValueMemberS
	cycle := &types.AttributeValueMemberL{Value: make([]types.AttributeValue, 1)}
	cycle.Value[0] = cycle
	deep := types.AttributeValue(&types.AttributeValueMemberS{})
	for range 32 {
		deep = &types.AttributeValueMemberL{Value: []types.AttributeValue{deep}}
	}
	for _, tt := range []struct {
		av   types.AttributeValue
		want string
	}{
		{typedNil, "attribute value is nil or of a type"},
		{&types.UnknownUnionMember{Tag: "NEW"}, "attribute value is nil or of a type"},
		{&types.AttributeValueMemberL{Value: []types.AttributeValue{nil}}, "attribute value is nil or of a type"},
		{&types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"a": typedNil}}, "attribute value is nil or of a type"},
		{&types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"": &types.AttributeValueMemberS{}}}, "name in a map"},
		{&types.AttributeValueMemberS{Value: "\xff"}, "not valid UTF-8"},
		{&types.AttributeValueMemberN{Value: "NaN"}, "number is not a decimal number"},
		{&types.AttributeValueMemberSS{}, "no empty sets"},
		{&types.AttributeValueMemberNS{Value: []string{"1", "1.0"}}, "same element twice"},
		{&types.AttributeValueMemberBS{Value: [][]byte{{1}, {1}}}, "same element twice"},
		{cycle, "nested"},
		{deep, "nested deeper than the 32 levels"},
	} {
		refuses(t, item{tt.av}, tt.want)
		if v, err := fields.FromAttributeValue(tt.av); tt.av != deep && err == nil {
			t.Errorf("FromAttributeValue(%v) = %v", tt.av, v)
		}
	}
	refuses(t, list{[]types.AttributeValue{deep.(*types.AttributeValueMemberL).Value[0]}}, "nested deeper than the 32 levels")
	rejects[item](t, in(`{"NEW":"x"}`), "attribute type is one that is not known here, the field reads any that is known here")
	rejects[item](t, in(`{"L":[{"NEW":"x"}]}`), "attribute value is nil or of a type")
	rejects[item](t, in(`{"N":"x"}`), "number is not a decimal number")
}

func TestOmitZero(t *testing.T) {
	type item struct {
		S string      `ddb:"s,omitzero"`
		I int32       `ddb:"i,omitzero"`
		F float64     `ddb:"f,omitzero"`
		A [2]int      `ddb:"a,omitzero"`
		T time.Time   `ddb:"t,omitzero"`
		P *time.Time  `ddb:"p,omitzero"`
		U uuid.UUID   `ddb:"u,omitzero"`
		L []int       `ddb:"l,omitzero"`
		M address     `ddb:"m,omitzero"`
		O ownZero     `ddb:"o,omitzero"`
		Q *ownZero    `ddb:"q,omitzero"`
		B []byte      `ddb:"b,omitzero"`
		W *string     `ddb:"w,omitzero"`
		D fields.Kind `ddb:"d,omitzero"`
	}
	if got, err := marshal(t, item{O: 7}); err != nil || got != `{}` {
		t.Errorf("zero values are left out\n got: %s %v", got, err)
	}
	full := item{
		S: "a", I: 1, F: 0.5, A: [2]int{0, 1}, T: time.Unix(0, 0).UTC(), P: ptr(time.Unix(0, 0).UTC()), U: uuid.UUID{1},
		L: []int{}, M: address{Street: "x"}, O: 8, Q: ptr(ownZero(8)), B: []byte{}, W: ptr(""), D: "x",
	}
	stored, err := marshal(t, full)
	if err != nil || strings.Count(stored, `:{"`) < 14 {
		t.Errorf("a value that is not zero is stored\n got: %s %v", stored, err)
	}
	round(t, full, stored)
	// The zero value of ownZero is not its zero; a pointer to a zero is one.
	if got, _ := marshal(t, item{O: 7, Q: ptr(ownZero(7)), P: new(time.Time), T: time.Time{}.In(time.FixedZone("", 60))}); got != `{}` {
		t.Errorf("omitzero asks IsZero\n got: %s", got)
	}
	if got, _ := marshal(t, struct {
		O ownZero `ddb:"o,omitzero"`
	}{}); got != `{"o":{"N":"0"}}` {
		t.Errorf("omitzero asks IsZero\n got: %s", got)
	}
}

// An ownZero has a zero of its own.
type ownZero int

func (z *ownZero) IsZero() bool { return *z == 7 }

func TestValuesThatContainThemselves(t *testing.T) {
	type recursive struct {
		V *tree `ddb:"v"`
	}
	type list struct {
		V lists `ddb:"v"`
	}
	type nested struct {
		V dicts `ddb:"v"`
	}
	cycle := &tree{}
	cycle.Next = cycle
	refuses(t, recursive{cycle}, "nested deeper than the 32 levels of DynamoDB, or contains itself")
	loop := make(lists, 1)
	loop[0] = loop
	refuses(t, list{loop}, "nested deeper than the 32 levels")
	ring := dicts{}
	ring["a"] = ring
	refuses(t, nested{ring}, "nested deeper than the 32 levels")

	// 31 lists leave a level for what the innermost holds.
	deep := lists{}
	for range 31 {
		deep = lists{deep}
	}
	round(t, list{deep}, in(strings.Repeat(`{"L":[`, 32)+strings.Repeat(`]}`, 32)))
	refuses(t, list{lists{deep}}, "nested deeper than the 32 levels")
	if _, err := unmarshal[list](t, in(strings.Repeat(`{"L":[`, 40)+strings.Repeat(`]}`, 40))); err == nil || !strings.Contains(err.Error(), "nested too deeply") {
		t.Errorf("ParseJSON of 40 lists\n got: %v\nwant: an error", err)
	}
	av := types.AttributeValue(&types.AttributeValueMemberL{})
	av.(*types.AttributeValueMemberL).Value = []types.AttributeValue{av}
	if err := planOf[list](t).Unmarshal(map[string]types.AttributeValue{"v": av}, new(list)); err == nil || !strings.Contains(err.Error(), "nested too deeply") {
		t.Errorf("Unmarshal of a list that contains itself\n got: %v\nwant: an error", err)
	}
}
