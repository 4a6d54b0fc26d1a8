// Package request holds the inputs of the operations as the service's model
// declares them: how each is read from a body and which constraints its
// members must satisfy.
//
// Reading refuses wrong shapes with a SerializationException; the constraints
// are then checked all at once and reported together. What needs more than one
// member, or the table, is checked later, by packages validation and engine.
package request

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/wire"
)

// A Text is an optional string member.
type Text struct {
	Value string
	Set   bool
}

func (t *Text) read(r *wire.Reader) {
	if value, ok := r.Text(); ok {
		*t = Text{value, true}
	}
}

// or gives the value, or another where the member is absent.
func (t Text) or(other string) string {
	if t.Set {
		return t.Value
	}
	return other
}

// A TableName is the name of a table.
type TableName struct {
	Text
	// ARN is what the request gave in the name's place, "" for nothing.
	ARN string
}

// Given gives the table as the request named it, which is how the answer names
// it, see
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ConsumedCapacity.html
func (t *TableName) Given() string {
	if t.ARN != "" {
		return t.ARN
	}
	return t.Value
}

// An Int is an optional number member.
type Int struct {
	Value int64
	Set   bool
}

func (n *Int) read(r *wire.Reader, class string) {
	if value, ok := r.Int(class); ok {
		*n = Int{value, true}
	}
}

// A Flag is an optional boolean member.
type Flag struct {
	Value bool
	Set   bool
}

func (f *Flag) read(r *wire.Reader) {
	if value, ok := r.Bool(); ok {
		*f = Flag{value, true}
	}
}

// Texts is an optional list of strings.
type Texts struct {
	Values []string
	Set    bool
}

func (t *Texts) read(r *wire.Reader) {
	values := []string{}
	ok := r.List(func() {
		if value, ok := r.Text(); ok {
			values = append(values, value)
		}
	})
	if ok {
		*t = Texts{values, true}
	}
}

// An Item is an optional map of attribute values.
type Item struct {
	wire.Item
	Set bool
}

func (it *Item) read(r *wire.Reader) {
	if value, ok := r.Item(); ok {
		*it = Item{value, true}
	}
}

// The enumerations of the model, in the order in which the service lists them.
var (
	consumedCapacity = []string{"INDEXES", "TOTAL", "NONE"}
	collectionSizes  = []string{"SIZE", "NONE"}
	returnValues     = []string{"ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"}
	onFailureValues  = []string{"ALL_OLD", "NONE"}
	selects          = []string{"SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"}
)

// namePattern is what table and index names are made of.
const namePattern = "[a-zA-Z0-9_.-]+"

// tableARN matches a table's ARN, which operations accept in place of its
// name.
var tableARN = regexp.MustCompile("^arn:aws[a-z-]*:dynamodb:[a-z0-9-]*:[0-9]*:table/(" + namePattern + ")$")

// nameOf gives the table's name in an ARN, and any other text as it is.
func nameOf(text string) string {
	if strings.HasPrefix(text, "arn:") {
		if found := tableARN.FindStringSubmatch(text); found != nil {
			return found[1]
		}
	}
	return text
}

// matchesName tells whether text matches namePattern.
func matchesName(text string) bool {
	for i := range len(text) {
		c := text[i]
		if c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '.' || c == '-' {
			continue
		}
		return false
	}
	return text != ""
}

// constraints collects violations and knows how members are shown.
type constraints struct {
	apierror.Constraints
}

func quoted(value string) string { return "'" + value + "'" }

func (c *constraints) notNull(set bool, path string) {
	if !set {
		c.Add("null", path, apierror.ConstraintNotNull)
	}
}

func (c *constraints) enum(t Text, path string, words []string) {
	if t.Set && !slices.Contains(words, t.Value) {
		c.Add(quoted(t.Value), path, apierror.ConstraintEnum(words))
	}
}

func (c *constraints) minimum(n Int, path string, least int64) {
	if n.Set && n.Value < least {
		c.Add(quoted(strconv.FormatInt(n.Value, 10)), path, apierror.ConstraintMinimum(least))
	}
}

func (c *constraints) maximum(n Int, path string, most int64) {
	if n.Set && n.Value > most {
		c.Add(quoted(strconv.FormatInt(n.Value, 10)), path, apierror.ConstraintMaximum(most))
	}
}

// length bounds a list, shown as text.
func (c *constraints) length(n int, shown, path string, least, most int) {
	if n < least {
		c.Add(quoted(shown), path, apierror.ConstraintShort(least))
	}
	if n > most {
		c.Add(quoted(shown), path, apierror.ConstraintLong(most))
	}
}

// name checks the name of a table or an index.
func (c *constraints) name(t Text, path string, least int) {
	if !t.Set {
		return
	}
	if !matchesName(t.Value) {
		c.Add(quoted(t.Value), path, apierror.ConstraintPattern(namePattern))
	}
	c.length(len(t.Value), t.Value, path, least, 255)
}

// tableName checks a table's name where its ARN may stand as well, and puts
// the name in the ARN's place.
func (c *constraints) tableName(t *TableName, path string) {
	c.notNull(t.Set, path)
	if name := nameOf(t.Value); name != t.Value {
		t.Value, t.ARN = name, t.Value
	}
	if t.Set && t.Value == "" {
		c.length(0, "", path, 1, 255)
		return
	}
	c.name(t.Text, path, 1)
}

// showList shows a list of strings as the service does.
func showList(values []string) string {
	return "[" + strings.Join(values, ", ") + "]"
}

// lastOfEach keeps, of the members of a map with the same name, the last, in the
// memory of list.
func lastOfEach[T any](list []T, name func(*T) string) []T {
	if len(list) < 2 {
		return list
	}
	seen := make(map[string]bool, len(list))
	first := len(list)
	for i := len(list) - 1; i >= 0; i-- {
		if one := name(&list[i]); !seen[one] {
			seen[one] = true
			first--
			list[first] = list[i]
		}
	}
	return list[first:]
}
