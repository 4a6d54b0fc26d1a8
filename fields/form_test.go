package fields_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"example.com/ddb/fields"
)

type (
	grade int

	// storedForm has an attribute of each form.
	storedForm struct {
		Text  string          `ddb:"text"`
		Count int64           `ddb:"count"`
		Size  uint8           `ddb:"size"`
		Ratio float64         `ddb:"ratio"`
		On    bool            `ddb:"on"`
		Raw   []byte          `ddb:"raw"`
		ID    uuid.UUID       `ddb:"id"`
		At    time.Time       `ddb:"at"`
		Unix  time.Time       `ddb:"unix,unix"`
		Milli time.Time       `ddb:"milli,unixmilli"`
		Tags  []string        `ddb:"tags,set"`
		Names []string        `ddb:"names"`
		Marks map[string]int  `ddb:"marks"`
		Inner storedInner     `ddb:"inner"`
		Many  []storedInner   `ddb:"many"`
		JSON  map[string]bool `ddb:"json,json"`
		Key   string          `ddb:"key,from={text}_{count:9}"`
		Pair  fields.IntInt   `ddb:"pair,from={count:9}_{size:3}"`
		Exact fields.Decimal  `ddb:"exact"`
		Grade grade           `ddb:"grade"`
	}

	storedInner struct {
		City string       `ddb:"city"`
		At   time.Time    `ddb:"at,unix"`
		Next *storedInner `ddb:"next"`
	}

	// sameForm reads all of it, in other Go types.
	sameForm struct {
		Text  *string             `ddb:"text"`
		Count int32               `ddb:"count"`
		Size  int                 `ddb:"size"`
		Ratio float32             `ddb:"ratio"`
		On    *bool               `ddb:"on"`
		Raw   [4]byte             `ddb:"raw"`
		ID    uuid.NullUUID       `ddb:"id"`
		At    *time.Time          `ddb:"at"`
		Unix  time.Time           `ddb:"unix,unix,truncate"`
		Milli *time.Time          `ddb:"milli,unixmilli"`
		Tags  map[string]struct{} `ddb:"tags,set"`
		Names [2]string           `ddb:"names"`
		Marks map[string]uint     `ddb:"marks"`
		Inner *smallInner         `ddb:"inner"`
		Many  []*smallInner       `ddb:"many"`
		JSON  map[string]bool     `ddb:"json,json"`
		Key   string              `ddb:"key"`
		Pair  fields.IntInt       `ddb:"pair"`
		Exact fields.Decimal      `ddb:"exact"`
		Grade int                 `ddb:"grade"`
	}

	smallInner struct {
		Next *smallInner `ddb:"next"`
		City string      `ddb:"city"`
	}

	// otherForm reads none of it.
	otherForm struct {
		Text  fields.Decimal    `ddb:"text"`
		Count float64           `ddb:"count"`
		Size  time.Time         `ddb:"size,unix"`
		Ratio int               `ddb:"ratio"`
		On    string            `ddb:"on"`
		Raw   string            `ddb:"raw"`
		ID    string            `ddb:"id"`
		At    string            `ddb:"at"`
		Unix  int64             `ddb:"unix"`
		Milli time.Time         `ddb:"milli,unix"`
		Tags  []string          `ddb:"tags"`
		Names []int             `ddb:"names"`
		Marks map[string]string `ddb:"marks"`
		Inner map[string]string `ddb:"inner"`
		Many  []struct {
			Zip string `ddb:"zip"`
		} `ddb:"many"`
		JSON  map[string]int `ddb:"json,json"`
		Key   string         `ddb:"key,from={text}"`
		Pair  string         `ddb:"pair"`
		Exact float64        `ddb:"exact"`
		Grade string         `ddb:"grade"`
	}
)

func TestSameForm(t *testing.T) {
	all, stored := attributes[storedForm](t)
	same, _ := attributes[sameForm](t)
	others, _ := attributes[otherForm](t)
	for _, f := range same {
		if err := f.SameForm(stored(f.Name)); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
	for _, f := range all {
		if err := f.SameForm(f); err != nil {
			t.Errorf("%s and itself: %v", f.Name, err)
		}
	}
	want := map[string]string{
		"text":  "is stored as string, not as decimal",
		"count": "is stored as int, not as float",
		"size":  "is stored as int, not as unix",
		"ratio": "is stored as float, not as int",
		"on":    "is stored as bool, not as string",
		"raw":   "is stored as bytes, not as string",
		"id":    "is stored as uuid, not as string",
		"at":    "is stored as time, not as string",
		"unix":  "is stored as unix, not as int",
		"milli": "is stored as unixmilli, not as unix",
		"tags":  "is stored as set, not as list",
		"names": "has elements, of which each is stored as string, not as int",
		"marks": "has elements, of which each is stored as int, not as string",
		"inner": "is stored as struct, not as map",
		"many":  `has elements, of which each has no member "zip"`,
		"json":  "is stored as json of Go type map[string]bool, not as json of Go type map[string]int",
		"key":   "is not derived with from={text}",
		"pair":  "is stored as int_int, not as string",
		"exact": "is stored as decimal, not as float",
		"grade": "is stored as int, not as string",
	}
	for _, f := range others {
		if err := f.SameForm(stored(f.Name)); err == nil || err.Error() != want[f.Name] {
			t.Errorf("%s:\n got %v\nwant %s", f.Name, err, want[f.Name])
		}
	}
}

// A member is compared where it is stored, however deep.
func TestSameFormOfMembers(t *testing.T) {
	type other struct {
		Inner struct {
			Next *struct {
				At int `ddb:"at"`
			} `ddb:"next"`
		} `ddb:"inner"`
	}
	_, stored := attributes[storedForm](t)
	_, narrow := attributes[other](t)
	want := `has a member "next", which has a member "at", which is stored as unix, not as int`
	if err := narrow("inner").SameForm(stored("inner")); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// What may be absent is not read as a zero, at any depth.
func TestAbsentIsNoZero(t *testing.T) {
	type optional struct {
		Score *int          `ddb:"score"`
		ID    uuid.NullUUID `ddb:"id"`
		Names *[]string     `ddb:"names"`
		Inner struct {
			City *string `ddb:"city"`
		} `ddb:"inner"`
	}
	type plain struct {
		Score int       `ddb:"score"`
		ID    uuid.UUID `ddb:"id"`
		Names []string  `ddb:"names"`
		Inner struct {
			City string `ddb:"city"`
		} `ddb:"inner"`
	}
	_, stored := attributes[optional](t)
	_, read := attributes[plain](t)
	for name, want := range map[string]string{
		"score": "may be absent, which only a pointer tells from a zero",
		"id":    "may be absent, which only a pointer tells from a zero",
		"names": "",
		"inner": `has a member "city", which may be absent, which only a pointer tells from a zero`,
	} {
		got := ""
		if err := read(name).SameForm(stored(name)); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
		if err := stored(name).SameForm(read(name)); err != nil {
			t.Errorf("%s, the other way: %v", name, err)
		}
	}
}

func attributes[T any](t *testing.T) (all []*fields.Field, byName func(string) *fields.Field) {
	t.Helper()
	plan, err := fields.PlanOf[T]()
	if err != nil {
		t.Fatal(err)
	}
	return plan.Fields(), plan.Field
}
