package fields

import (
	"errors"
	"math"
	"reflect"
	"time"
	"unsafe"

	"example.com/ddb/internal/wire"
)

var timeType = reflect.TypeFor[time.Time]()

// isTime reports whether t is time.Time, or a type made of it.
func isTime(t reflect.Type) bool { return t.Kind() == reflect.Struct && t.ConvertibleTo(timeType) }

// timeLayout is RFC 3339 with nine digits of fraction, always in UTC, so that
// texts sort as times do.
const timeLayout = "2006-01-02T15:04:05.000000000Z"

var (
	errYear     = errors.New("year is outside 0 to 9999; the codec time stores four digits, use unix or unixmilli")
	errTimeForm = errors.New("stored text is not a time in the form 2006-01-02T15:04:05.000000000Z, the only one that is written and read")
	errFiner    = errors.New("time has a finer fraction than is stored; truncate it first, or add the option truncate")
	errTime     = errors.New("time is too far from 1970")
)

// timeRule is for facets and keys: the zero time has no place in them.
func timeRule(shape facetShape, zero []byte) facetRule {
	return facetRule{shape: shape, empty: string(zero), emptyName: "the zero time"}
}

// timeText stores time.Time as S of 30 bytes, exact to the nanosecond.
func timeText() *codec {
	rule := timeRule(shapeFixed, time.Time{}.AppendFormat(nil, timeLayout))
	rule.width, rule.ordered = len(timeLayout), true
	rule.valid = func(text []byte) error { return parseTime(text, new(time.Time)) }
	return &codec{
		kind:  S,
		plain: true,
		brief: true,
		appendText: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			t := (*time.Time)(p).UTC()
			if t.Year() < 0 || t.Year() > 9999 {
				return dst, errYear
			}
			return t.AppendFormat(dst, timeLayout), nil
		},
		parseText: func(text []byte, p unsafe.Pointer) error { return parseTime(text, (*time.Time)(p)) },
		scan: func(s *wire.Scanner, p unsafe.Pointer) bool {
			text, ok := s.Chars(len(timeLayout))
			return ok && parseTime(text, (*time.Time)(p)) == nil
		},
		facet: rule,
	}
}

// parseTime reads timeLayout. It is stricter than time.Parse, which takes a
// comma for the point.
func parseTime(text []byte, t *time.Time) error {
	var part [7]int
	at := 0
	for i, width := range [7]int{4, 2, 2, 2, 2, 2, 9} {
		v, ok := natural(text[at:min(at+width, len(text))])
		at += width
		if !ok || at >= len(text) || text[at] != timeLayout[at] {
			return errTimeForm
		}
		part[i] = int(v)
		at++
	}
	read := time.Date(part[0], time.Month(part[1]), part[2], part[3], part[4], part[5], part[6], time.UTC)
	year, month, day := read.Date()
	hour, minute, second := read.Clock()
	// Date moves 30 February to March.
	if at != len(text) || part != [7]int{year, int(month), day, hour, minute, second, part[6]} {
		return errTimeForm
	}
	*t = read
	return nil
}

// lastUnix is the last second that time.Time can hold; it has none to spare
// beyond the range of an int64 of seconds since the year 1.
const lastUnix = math.MaxInt64 - (1969*365+1969/4-1969/100+1969/400)*24*60*60

// unixTime stores time.Time as N, the number of units since 1970-01-01 UTC.
// The units are seconds or milliseconds.
func unixTime(unit time.Duration, truncate bool) *codec {
	zero, _ := appendUnix(nil, time.Time{}, unit)
	rule := timeRule(shapeInteger, zero)
	rule.fitsInt64 = true
	setUnix := func(v int64, p unsafe.Pointer) error {
		switch {
		case unit == time.Millisecond:
			*(*time.Time)(p) = time.UnixMilli(v).UTC()
		case v > lastUnix:
			return errTime
		default:
			*(*time.Time)(p) = time.Unix(v, 0).UTC()
		}
		return nil
	}
	return &codec{
		kind:  N,
		plain: true,
		brief: true,
		appendText: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			t := *(*time.Time)(p)
			if !truncate && t.Nanosecond()%int(unit) != 0 {
				return dst, errFiner
			}
			return appendUnix(dst, t, unit)
		},
		parseText: func(text []byte, p unsafe.Pointer) error {
			v, err := parseInt(text, 64)
			if err != nil {
				return err
			}
			return setUnix(v, p)
		},
		scan: func(s *wire.Scanner, p unsafe.Pointer) bool {
			v, ok := s.Integer()
			return ok && setUnix(v, p) == nil
		},
		facet: rule,
		unit:  unit,
		integer: func(p unsafe.Pointer) int64 {
			if unit == time.Millisecond {
				return (*time.Time)(p).UnixMilli()
			}
			return (*time.Time)(p).Unix()
		},
	}
}

// appendUnix rounds down, before 1970 too.
func appendUnix(dst []byte, t time.Time, unit time.Duration) ([]byte, error) {
	if unit == time.Second {
		if t.Unix() > lastUnix {
			return dst, errTime
		}
		return appendInt(dst, t.Unix()), nil
	}
	// UnixMilli of a far time overflows without a word.
	v := t.UnixMilli()
	if time.UnixMilli(v).Unix() != t.Unix() {
		return dst, errTime
	}
	return appendInt(dst, v), nil
}
