package attribute_test

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"example.com/ddb/internal/engine/attribute"
	"example.com/ddb/internal/engine/decimal"
)

// A model is a value in plain Go: string, number, []byte, bool, nil, []model,
// map[string]model, or a set.
type (
	model  any
	number string
	set    struct {
		kind     attribute.Kind
		elements []string
	}
)

func encode(dst []byte, m model) []byte {
	switch m := m.(type) {
	case string:
		return attribute.AppendString(dst, m)
	case number:
		return attribute.AppendCanonical(dst, string(m))
	case []byte:
		return attribute.AppendBinary(dst, m)
	case bool:
		return attribute.AppendBool(dst, m)
	case nil:
		return attribute.AppendNull(dst)
	case []model:
		start := len(dst)
		dst = attribute.Open(dst, attribute.List)
		for _, e := range m {
			dst = encode(dst, e)
		}
		dst, _ = attribute.Close(dst, start)
		return dst
	case map[string]model:
		// Go gives the entries in any order, as a request does.
		start := len(dst)
		dst = attribute.Open(dst, attribute.Map)
		for name, e := range m {
			dst = encode(attribute.AppendName(dst, name), e)
		}
		dst, _ = attribute.Close(dst, start)
		return dst
	case set:
		start := len(dst)
		dst = attribute.Open(dst, m.kind)
		for _, e := range m.elements {
			dst = attribute.AppendElement(dst, e)
		}
		dst, _ = attribute.Close(dst, start)
		return dst
	}
	panic("unknown model")
}

// decode gives a value as a model, sets in order.
func decode(v attribute.Value) model {
	switch v.Kind() {
	case attribute.String:
		return v.Text()
	case attribute.Number:
		return number(v.Text())
	case attribute.Binary:
		return bytes.Clone(v.Payload())
	case attribute.Bool:
		return v.True()
	case attribute.Null:
		return nil
	case attribute.List:
		list := []model{}
		elements := v.Elements()
		for e, ok := elements.Next(); ok; e, ok = elements.Next() {
			list = append(list, decode(e))
		}
		return list
	case attribute.Map:
		m := map[string]model{}
		entries := v.Entries()
		for name, e, ok := entries.Next(); ok; name, e, ok = entries.Next() {
			m[string(name)] = decode(e)
		}
		return m
	default:
		s := set{kind: v.Kind()}
		elements := v.Elements()
		for e, ok := elements.NextPayload(); ok; e, ok = elements.NextPayload() {
			s.elements = append(s.elements, string(e))
		}
		slices.Sort(s.elements)
		return s
	}
}

func models(depth int) *rapid.Generator[model] {
	name := rapid.StringMatching(`[abc]{0,2}`)
	scalars := []*rapid.Generator[model]{
		rapid.Map(rapid.StringMatching(`[ab\x00-\x02é]{0,3}`), func(s string) model { return s }),
		rapid.Map(rapid.IntRange(-20, 20), func(n int) model { return number(itoa(n)) }),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 3), func(b []byte) model { return b }),
		rapid.Map(rapid.Bool(), func(b bool) model { return b }),
		rapid.Just[model](nil),
		rapid.Map(rapid.SliceOfNDistinct(name, 1, 4, rapid.ID), func(e []string) model {
			slices.Sort(e)
			return set{attribute.Strs, e}
		}),
		rapid.Map(rapid.SliceOfNDistinct(rapid.IntRange(-20, 20), 1, 4, rapid.ID), func(n []int) model {
			var e []string
			for _, i := range n {
				e = append(e, itoa(i))
			}
			slices.Sort(e)
			return set{attribute.Nums, e}
		}),
	}
	if depth == 0 {
		return rapid.OneOf(scalars...)
	}
	inner := models(depth - 1)
	return rapid.OneOf(append(scalars,
		rapid.Map(rapid.SliceOfN(inner, 0, 4), func(l []model) model { return slices.Concat([]model{}, l) }),
		rapid.Map(rapid.MapOfN(name, inner, 0, 4), func(m map[string]model) model { return m }),
	)...)
}

func items() *rapid.Generator[map[string]model] {
	return rapid.MapOfN(rapid.StringMatching(`[abc]{1,2}`), models(3), 0, 6)
}

func itoa(n int) string {
	d, _ := decimal.Parse(big(n))
	return d.String()
}

func big(n int) string {
	if n < 0 {
		return "-" + big(-n)
	}
	if n < 10 {
		return string(rune('0' + n))
	}
	return big(n/10) + string(rune('0'+n%10))
}

func same(a, b model) bool {
	switch a := a.(type) {
	case []byte:
		b, ok := b.([]byte)
		return ok && bytes.Equal(a, b)
	case []model:
		b, ok := b.([]model)
		return ok && slices.EqualFunc(a, b, same)
	case map[string]model:
		b, ok := b.(map[string]model)
		return ok && maps.EqualFunc(a, b, same)
	case set:
		b, ok := b.(set)
		return ok && a.kind == b.kind && slices.Equal(a.elements, b.elements)
	}
	switch b.(type) {
	case []byte, []model, map[string]model, set:
		return false
	}
	return a == b
}

func TestAValueKeepsWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := models(4).Draw(t, "value")
		if got := decode(encode(nil, m)); !same(got, m) {
			t.Fatalf("\n got: %v\nwant: %v", got, m)
		}
	})
}

func TestAbsentValuesEqualNothing(t *testing.T) {
	n := attribute.AppendNull(nil)
	if attribute.Equal(nil, nil) || attribute.Equal(n, nil) || attribute.Equal(nil, n) || !attribute.Equal(n, n) {
		t.Error("an absent value equals something")
	}
}

// TestHashIsStable pins the order of stored partitions.
func TestHashIsStable(t *testing.T) {
	// FNV-1a and MurmurHash3's final mix, worked out with another program.
	for text, want := range map[string]uint64{"": 0xefd01f60ba992926, "a": 0x82a2a958a9bece5b, "hello": 0xe9c562c0fdb23244} {
		if got := attribute.Hash([]byte(text)); got != want {
			t.Errorf("Hash(%q)\n got: %#x\nwant: %#x", text, got, want)
		}
	}
}

func TestEqualValuesAreEqualBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := models(2).Draw(t, "a")
		b := models(2).Draw(t, "b")
		if rapid.Bool().Draw(t, "same") {
			b = a
		}
		if got, want := attribute.Equal(encode(nil, a), encode(nil, b)), same(a, b); got != want {
			t.Fatalf("Equal(%v, %v)\n got: %v\nwant: %v", a, b, got, want)
		}
	})
}

func sizeOf(m model) int {
	switch m := m.(type) {
	case string:
		return len(m)
	case number:
		n, _ := decimal.Parse(string(m))
		return n.Size()
	case []byte:
		return len(m)
	case []model:
		size := 3
		for _, e := range m {
			size += 1 + sizeOf(e)
		}
		return size
	case map[string]model:
		size := 3
		for name, e := range m {
			size += 1 + len(name) + sizeOf(e)
		}
		return size
	case set:
		size := 0
		for _, e := range m.elements {
			if m.kind == attribute.Nums {
				size += sizeOf(number(e))
			} else {
				size += len(e)
			}
		}
		return size
	}
	return 1
}

func TestSizeIsThatOfTheDeveloperGuide(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := items().Draw(t, "item")
		want := 0
		for name, e := range m {
			want += len(name) + sizeOf(e)
		}
		if got := attribute.Item(encode(nil, m)).Size(); got != want {
			t.Fatalf("Size(%v)\n got: %d\nwant: %d", m, got, want)
		}
	})
}

func TestOfDoubledEntriesTheLastStays(t *testing.T) {
	b := attribute.Open(nil, attribute.Map)
	for _, text := range []string{"1", "2", "3"} {
		b = attribute.AppendString(attribute.AppendName(b, "x"), text)
		b = attribute.AppendString(attribute.AppendName(b, "a"), text)
	}
	b, _ = attribute.Close(b, 0)
	got := decode(attribute.Value(b))
	if want := (map[string]model{"x": "3", "a": "3"}); !same(got, want) {
		t.Errorf("\n got: %v\nwant: %v", got, want)
	}
}

func TestCloseReportsDoubledElements(t *testing.T) {
	b := attribute.Open(nil, attribute.Strs)
	for _, text := range []string{"x", "y", "x"} {
		b = attribute.AppendElement(b, text)
	}
	if _, unique := attribute.Close(b, 0); unique {
		t.Error("a doubled element was not reported")
	}
}

func TestSetsComeInNoUsefulOrder(t *testing.T) {
	var elements []string
	for c := 'a'; c <= 'z'; c++ {
		elements = append(elements, string(c))
	}
	v := attribute.Value(encode(nil, set{attribute.Strs, elements}))
	var got []string
	cursor := v.Elements()
	for e, ok := cursor.NextPayload(); ok; e, ok = cursor.NextPayload() {
		got = append(got, string(e))
	}
	if slices.IsSorted(got) {
		t.Errorf("elements are sorted: %s", strings.Join(got, ""))
	}
}

func TestSortKeysOrderLikeValues(t *testing.T) {
	values := rapid.OneOf(
		rapid.Map(rapid.StringMatching(`[\x00-\x02a\x7fÿ]{0,4}`), func(s string) model { return s }),
		rapid.Map(rapid.IntRange(-1000, 1000), func(n int) model { return number(itoa(n)) }),
		rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 2, 254, 255}), 0, 4), func(b []byte) model { return b }),
	)
	rapid.Check(t, func(t *rapid.T) {
		a := attribute.Value(encode(nil, values.Draw(t, "a")))
		b := attribute.Value(encode(nil, values.Draw(t, "b")))
		want, ok := attribute.Compare(a, b)
		if !ok {
			t.Skip()
		}
		ka, kb := attribute.AppendSortKey(nil, a), attribute.AppendSortKey(nil, b)
		// Whatever follows a key must not change the order.
		ka, kb = append(ka, 0xFF), append(kb, 0)
		if got := bytes.Compare(ka, kb); want != 0 && got != want {
			t.Fatalf("keys of %#v and %#v: %x %x\n got: %d\nwant: %d", a, b, ka, kb, got, want)
		}
		if a.Kind() != attribute.Number {
			begins := bytes.HasPrefix(a.Payload(), b.Payload())
			if got := bytes.HasPrefix(ka, attribute.AppendSortPrefix(nil, b)); got != begins {
				t.Fatalf("prefix %#v of %#v\n got: %v\nwant: %v", b, a, got, begins)
			}
		}
	})
}

func TestSetOperations(t *testing.T) {
	names := rapid.SliceOfNDistinct(rapid.StringMatching(`[abcd]`), 1, 4, rapid.ID)
	rapid.Check(t, func(t *rapid.T) {
		x, y := names.Draw(t, "x"), names.Draw(t, "y")
		a := attribute.Value(encode(nil, set{attribute.Strs, x}))
		b := attribute.Value(encode(nil, set{attribute.Strs, y}))
		var union, difference []string
		for _, e := range []string{"a", "b", "c", "d"} {
			if slices.Contains(x, e) || slices.Contains(y, e) {
				union = append(union, e)
			}
			if slices.Contains(x, e) && !slices.Contains(y, e) {
				difference = append(difference, e)
			}
		}
		if got := attribute.Union(a, b); !same(decode(got), set{attribute.Strs, union}) {
			t.Fatalf("Union(%v, %v) = %v", x, y, decode(got))
		}
		got := attribute.Difference(a, b)
		if difference == nil {
			if got != nil {
				t.Fatalf("Difference(%v, %v) = %v", x, y, decode(got))
			}
		} else if !same(decode(got), set{attribute.Strs, difference}) {
			t.Fatalf("Difference(%v, %v) = %v", x, y, decode(got))
		}
	})
}

func TestDepthCountsLevels(t *testing.T) {
	tests := []struct {
		value model
		want  int
	}{
		{"x", 1},
		{[]model{}, 1},
		{set{attribute.Strs, []string{"x"}}, 1},
		{[]model{"x"}, 2},
		{map[string]model{"a": []model{"x"}, "b": "y"}, 3},
	}
	for _, test := range tests {
		if got := attribute.Value(encode(nil, test.value)).Depth(); got != test.want {
			t.Errorf("Depth(%v)\n got: %d\nwant: %d", test.value, got, test.want)
		}
	}
}
