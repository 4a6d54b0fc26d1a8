package fields

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"example.com/ddb/internal/wire"
)

// A Part says which part of a key an attribute is.
type Part int

// The parts of a primary key or of an index's key.
const (
	Partition Part = iota + 1 // partition key
	Sort                      // sort key
	Local                     // sort key of a local secondary index
)

// A Role is the part that an attribute plays in one key.
type Role struct {
	Part  Part
	Index string // index name; "" for the table's primary key

	// Number is the place, from 1, among the attributes that make up the part
	// of an index's key together; 0 if the tag does not say.
	Number int
}

// maxNumber is how many attributes a partition key or a sort key of a global
// index may have.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.DesignPattern.MultiAttributeKeys.html
const maxNumber = 4

// A tag is a parsed ddb tag.
type tag struct {
	name     string
	roles    []Role
	codec    string // a built-in codec's name, "" for the type's own
	custom   string // a registered codec's name, of codec=
	omitZero bool
	truncate bool
	duty     Duty
	from     string // key template of a derived attribute
}

// otherOptions are the options that name no codec.
var otherOptions = []string{
	"codec=", "createdat", "discriminator", "from=", "local=", "omitzero", "partition", "partition=", "sort", "sort=", "truncate", "ttl", "updatedat", "version", "writeid",
}

// parseTag reads the grammar name{,option}. It returns every mistake, each
// with its remedy.
func parseTag(text string) (tag, []string) {
	var t tag
	var wrong []string
	name, rest, more := strings.Cut(text, ",")
	t.name = name
	if !wire.ValidName(name) {
		wrong = append(wrong, "attribute name must be 1 to 65,535 bytes of UTF-8; write it before the first comma, or exclude the field with `ddb:\"-\"`")
	}
	for more {
		var option string
		if strings.HasPrefix(rest, "from=") {
			option, more = rest, false
		} else {
			option, rest, more = strings.Cut(rest, ",")
		}
		if problem := t.option(option); problem != "" {
			wrong = append(wrong, problem)
		}
	}
	return t, wrong
}

// option takes one option into t and returns what is wrong with it, or "".
func (t *tag) option(option string) string {
	key, value, hasValue := strings.Cut(option, "=")
	switch _, builtin := builtins[option]; {
	case builtin:
		return t.oneCodec(&t.codec, option)
	case key == "partition":
		return t.role(Partition, value, hasValue)
	case key == "sort":
		return t.role(Sort, value, hasValue)
	case key == "local":
		return t.role(Local, value, true)
	case key == "codec" && value != "":
		return t.oneCodec(&t.custom, value)
	case key == "codec":
		return "option \"codec\" names no codec; write codec=NAME with the name it is registered under"
	case key == "from" && value != "":
		t.from = value
	case key == "from":
		return "option \"from\" has no key template; write e.g. from={a}_{b}"
	case option == "omitzero":
		return flag(&t.omitZero, option)
	case option == "truncate":
		return flag(&t.truncate, option)
	case isDuty(option) && t.duty != "":
		return fmt.Sprintf("option %q beside %q; an attribute has one duty, remove one", option, t.duty)
	case isDuty(option):
		t.duty = Duty(option)
	case option == "":
		return "empty option; remove the comma"
	default:
		return fmt.Sprintf("unknown option %q; use one of %s", option, knownOptions())
	}
	return ""
}

// oneCodec takes the name of a codec, of which there is one at most.
func (t *tag) oneCodec(dst *string, name string) string {
	if t.codec != "" || t.custom != "" {
		return fmt.Sprintf("a second codec %q; name one", name)
	}
	*dst = name
	return ""
}

func (t *tag) role(part Part, index string, hasIndex bool) string {
	index, text, numbered := strings.Cut(index, ":")
	if hasIndex && !validIndex(index) {
		return fmt.Sprintf("index name %q is not valid; use 3 to 255 of A-Z a-z 0-9 _ . -", index)
	}
	number, err := strconv.Atoi(text)
	switch {
	case numbered && part == Local:
		return fmt.Sprintf("number %q behind local index %s, whose sort key has one attribute; write local=%[2]s, or make the index global", text, index)
	case numbered && (err != nil || number < 1 || number > maxNumber || strconv.Itoa(number) != text):
		return fmt.Sprintf("number %q behind index %s is not valid; number the attributes of a key from 1 to %d", text, index, maxNumber)
	}
	r := Role{part, index, number}
	if slices.Contains(t.roles, r) {
		return "the same key option twice; remove one"
	}
	t.roles = append(t.roles, r)
	return ""
}

// flag takes an option that is said once at most.
func flag(dst *bool, option string) string {
	if *dst {
		return fmt.Sprintf("option %q twice; remove one", option)
	}
	*dst = true
	return ""
}

func knownOptions() string {
	all := slices.AppendSeq(slices.Clone(otherOptions), maps.Keys(builtins))
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// validIndex checks the rule for table and index names.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
func validIndex(name string) bool {
	return len(name) >= 3 && len(name) <= 255 && strings.IndexFunc(name, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' ||
			r == '_' || r == '.' || r == '-')
	}) < 0
}
