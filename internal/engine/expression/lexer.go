// Package expression is DynamoDB's expression language: one lexer, a
// recursive-descent parser for each grammar, and pure evaluation on encoded
// items.
//
// [ParseCondition] reads conditions, filters and the key conditions of queries,
// of which [Condition.Keys] gives what is asked of a key; [ParseUpdate] reads
// updates, [ParseProjection] projections.
// Placeholders are resolved while parsing; [Placeholders] remembers which were
// used. A refusal names the first rule that the service would name: syntax
// first, then the classes of mistakes in the service's order.
//
// The language is described in
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
package expression

import "strings"

// MaxBytes is the length of an expression, see
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const MaxBytes = 4096

type tokenKind byte

const (
	tokenEnd tokenKind = iota
	tokenWord
	tokenName
	tokenValue
	tokenNumber
	tokenSymbol
	tokenBad
)

// A token is a piece of the text. Symbols are told apart by their text.
type token struct {
	kind       tokenKind
	start, end int
}

// lex cuts text into tokens. The last one is tokenEnd.
func lex(text string) []token {
	tokens := make([]token, 0, len(text)/3+2)
	for pos := 0; ; {
		for pos < len(text) && strings.IndexByte(" \t\r\n", text[pos]) >= 0 {
			pos++
		}
		t := next(text, pos)
		tokens = append(tokens, t)
		if t.kind == tokenEnd {
			return tokens
		}
		pos = t.end
	}
}

func next(text string, pos int) token {
	if pos == len(text) {
		return token{tokenEnd, pos, pos}
	}
	switch c := text[pos]; {
	case isLetter(c):
		return token{tokenWord, pos, endOfWord(text, pos+1)}
	case isDigit(c):
		end := pos + 1
		for end < len(text) && isDigit(text[end]) {
			end++
		}
		return token{tokenNumber, pos, end}
	case c == '#' || c == ':':
		end := endOfWord(text, pos+1)
		kind := tokenName
		if c == ':' {
			kind = tokenValue
		}
		if end == pos+1 {
			kind = tokenBad
		}
		return token{kind, pos, end}
	case c == '<' && pos+1 < len(text) && (text[pos+1] == '=' || text[pos+1] == '>'),
		c == '>' && pos+1 < len(text) && text[pos+1] == '=':
		return token{tokenSymbol, pos, pos + 2}
	case strings.IndexByte("()[],.=<>+-", c) >= 0:
		return token{tokenSymbol, pos, pos + 1}
	}
	return token{tokenBad, pos, pos + runeLen(text[pos:])}
}

func runeLen(text string) int {
	for i := range text {
		if i > 0 {
			return i
		}
	}
	return len(text)
}

func endOfWord(text string, pos int) int {
	for pos < len(text) && (isLetter(text[pos]) || isDigit(text[pos]) || text[pos] == '_') {
		pos++
	}
	return pos
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
