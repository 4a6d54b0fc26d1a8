package wire

import (
	"encoding/base64"
	"strconv"

	"example.com/ddb/internal/engine/attribute"
)

// AppendItem appends an item as a JSON object.
func AppendItem(dst []byte, it attribute.Item) []byte {
	return appendEntries(dst, it.Entries())
}

// AppendValue appends an attribute value as DynamoDB JSON.
func AppendValue(dst []byte, v attribute.Value) []byte {
	kind := v.Kind()
	dst = append(dst, '{', '"')
	dst = append(dst, kind.String()...)
	dst = append(dst, '"', ':')
	switch kind {
	case attribute.String:
		dst = AppendText(dst, v.Payload())
	case attribute.Number:
		dst = append(dst, '"')
		dst = append(dst, v.Payload()...)
		dst = append(dst, '"')
	case attribute.Binary:
		dst = appendBlob(dst, v.Payload())
	case attribute.Bool:
		dst = strconv.AppendBool(dst, v.True())
	case attribute.Null:
		dst = append(dst, "true"...)
	case attribute.List:
		dst = appendList(dst, v)
	case attribute.Map:
		dst = appendEntries(dst, v.Entries())
	default:
		dst = appendSet(dst, v)
	}
	return append(dst, '}')
}

func appendEntries(dst []byte, entries attribute.Entries) []byte {
	dst = append(dst, '{')
	first := true
	for name, v, ok := entries.Next(); ok; name, v, ok = entries.Next() {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = AppendText(dst, name)
		dst = append(dst, ':')
		dst = AppendValue(dst, v)
	}
	return append(dst, '}')
}

func appendList(dst []byte, v attribute.Value) []byte {
	dst = append(dst, '[')
	elements := v.Elements()
	first := true
	for e, ok := elements.Next(); ok; e, ok = elements.Next() {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = AppendValue(dst, e)
	}
	return append(dst, ']')
}

func appendSet(dst []byte, v attribute.Value) []byte {
	dst = append(dst, '[')
	elements, binary := v.Elements(), v.Kind() == attribute.Bins
	first := true
	for p, ok := elements.NextPayload(); ok; p, ok = elements.NextPayload() {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		if binary {
			dst = appendBlob(dst, p)
		} else {
			dst = AppendText(dst, p)
		}
	}
	return append(dst, ']')
}

func appendBlob(dst, payload []byte) []byte {
	dst = append(dst, '"')
	dst = base64.StdEncoding.AppendEncode(dst, payload)
	return append(dst, '"')
}

const hexDigits = "0123456789abcdef"

// AppendText appends valid UTF-8 as a JSON string.
func AppendText[T ~string | ~[]byte](dst []byte, text T) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, text[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	dst = append(dst, text[start:]...)
	return append(dst, '"')
}
