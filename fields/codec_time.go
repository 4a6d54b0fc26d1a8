package fields

import (
	"errors"
	"reflect"
	"time"
	"unsafe"
)

var timeType = reflect.TypeFor[time.Time]()

// timeLayout is RFC 3339 with nine digits of fraction, always in UTC, so that
// texts sort as times do.
const timeLayout = "2006-01-02T15:04:05.000000000Z"

const zeroTime = "the zero time"

var (
	errYear     = errors.New("year is outside 0 to 9999; the codec time stores four digits, use unix or unixmilli")
	errTimeForm = errors.New("stored time is not in the form 2006-01-02T15:04:05.000000000Z, which is the only one that is read")
	errFraction = errors.New("time has a finer fraction than is stored; truncate it first, or add the option truncate")
	errTime     = errors.New("time is too far from 1970 to be stored")
)

// timeText stores time.Time as S of 30 bytes, exact to the nanosecond.
func timeText() *codec {
	return &codec{
		kind:  S,
		plain: true,
		appendText: func(dst []byte, p unsafe.Pointer) ([]byte, error) {
			t := (*time.Time)(p).UTC()
			if t.Year() < 0 || t.Year() > 9999 {
				return dst, errYear
			}
			return t.AppendFormat(dst, timeLayout), nil
		},
		parseText: func(text []byte, p unsafe.Pointer) error {
			t, err := time.Parse(timeLayout, string(text))
			if err != nil || len(text) != len(timeLayout) {
				return errTimeForm
			}
			*(*time.Time)(p) = t
			return nil
		},
		facet: facetRule{shape: shapeFixed, width: len(timeLayout), ordered: true, empty: "0001-01-01T00:00:00.000000000Z", emptyName: zeroTime},
	}
}

// unixTime stores time.Time as N, the number of units since 1970-01-01 UTC.
func unixTime(unit time.Duration, truncate bool) *codec {
	empty := time.Time{}
	c := &codec{
		kind:  N,
		plain: true,
		facet: facetRule{shape: shapeInteger, emptyName: zeroTime},
	}
	c.appendText = func(dst []byte, p unsafe.Pointer) ([]byte, error) {
		t := *(*time.Time)(p)
		if !truncate && t.Nanosecond()%int(unit) != 0 {
			return dst, errFraction
		}
		return appendUnix(dst, t, unit)
	}
	c.parseText = func(text []byte, p unsafe.Pointer) error {
		v, err := parseInt(text, 64)
		if err != nil {
			return err
		}
		t := time.Unix(v, 0)
		if unit == time.Millisecond {
			t = time.UnixMilli(v)
		}
		*(*time.Time)(p) = t.UTC()
		return nil
	}
	text, _ := appendUnix(nil, empty, unit)
	c.facet.empty = string(text)
	return c
}

func appendUnix(dst []byte, t time.Time, unit time.Duration) ([]byte, error) {
	v := t.Unix()
	if unit == time.Millisecond {
		v = t.UnixMilli()
		// UnixMilli of a far time overflows without a word.
		if back := time.UnixMilli(v).Unix(); back != t.Unix() {
			return dst, errTime
		}
	}
	return appendInt(dst, v), nil
}
