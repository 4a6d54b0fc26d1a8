package difftest

import (
	"encoding/base64"
	"math/big"
	"strings"
)

// compareNumbers compares two numbers by their exact values.
func compareNumbers(a, b string) int {
	x, okx := new(big.Rat).SetString(a)
	y, oky := new(big.Rat).SetString(b)
	if !okx || !oky {
		panic("difftest: the generator drew no number: " + a + ", " + b)
	}
	return x.Cmp(y)
}

func decoded(v value) []byte {
	payload, err := base64.StdEncoding.DecodeString(v["B"].(string))
	if err != nil {
		panic("difftest: the generator drew no base64: " + err.Error())
	}
	return payload
}

func canonicalNumber(text string) string {
	n, ok := new(big.Rat).SetString(text)
	if !ok {
		return text
	}
	return n.RatString()
}

// plainNumber gives a number without an exponent and without zeros that say
// nothing.
func plainNumber(text string) string {
	n, ok := new(big.Rat).SetString(text)
	if !ok {
		return text
	}
	if n.IsInt() {
		return n.RatString()
	}
	return strings.TrimRight(n.FloatString(140), "0")
}
