package expression

import (
	_ "embed"
	"strings"
	"sync"
)

// reservedText lists the 573 reserved words, one a line, from
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html
//
//go:embed reserved.txt
var reservedText string

var reservedWords = sync.OnceValue(func() map[string]bool {
	words := make(map[string]bool)
	for word := range strings.FieldsSeq(reservedText) {
		words[word] = true
	}
	return words
})

// IsReserved tells whether a word, in any case, may only stand for a name
// behind a placeholder.
func IsReserved(word string) bool {
	return reservedWords()[strings.ToUpper(word)]
}
