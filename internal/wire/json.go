package wire

import (
	"encoding/base64"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// AppendString appends text as a JSON string. Text must be valid UTF-8.
func AppendString(dst []byte, text string) []byte {
	dst = append(dst, '"')
	start := len(dst)
	dst = append(dst, text...)
	return append(escape(dst, start), '"')
}

// escape replaces what a JSON string may not hold in dst[start:] by its escape
// sequence, in place. Nearly always there is nothing to replace.
func escape(dst []byte, start int) []byte {
	i := start
	for i < len(dst) && !special(dst[i]) {
		i++
	}
	if i == len(dst) {
		return dst
	}
	rest := string(dst[i:])
	dst = dst[:i]
	for _, c := range []byte(rest) {
		switch {
		case !special(c):
			dst = append(dst, c)
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xF])
		}
	}
	return dst
}

func special(c byte) bool { return c < 0x20 || c == '"' || c == '\\' }

// base64Tail replaces dst[start:] by its base64 text.
func base64Tail(dst []byte, start int) []byte {
	end := len(dst)
	dst = base64.StdEncoding.AppendEncode(dst, dst[start:])
	n := copy(dst[start:], dst[end:])
	return dst[:start+n]
}

// ValidName reports whether an attribute name can be sent: DynamoDB's names
// are UTF-8 of 1 to 65,535 bytes.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
func ValidName(name string) bool {
	return name != "" && len(name) <= 65535 && utf8.ValidString(name)
}
