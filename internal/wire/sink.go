package wire

import (
	"errors"
	"strconv"
	"unsafe"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// A Sink takes attribute values in one of two forms. The zero value builds
// values of the SDK's type; [NewJSONSink] appends DynamoDB JSON. After an error
// its content is undefined.
type Sink struct {
	json  bool
	buf   []byte // the JSON so far; else the texts of all scalars so far
	start int    // where the open scalar's text starts in buf
	depth int    // lists and maps that are open
	av    types.AttributeValue

	// Strings and numbers, which have the same underlying type, are allocated
	// several at once, and their texts lie side by side in buf, which is only ever
	// appended to.
	ahead int
	texts []types.AttributeValueMemberS
}

// NewJSONSink returns a sink that appends to dst.
func NewJSONSink(dst []byte) Sink { return Sink{json: true, buf: dst} }

// IsJSON reports whether s appends JSON.
func (s *Sink) IsJSON() bool { return s.json }

// JSON is what has been appended.
func (s *Sink) JSON() []byte { return s.buf }

// SetJSON puts dst in the place of what has been appended.
func (s *Sink) SetJSON(dst []byte) { s.buf = dst }

// Value is the last whole value written, for a sink that builds one.
func (s *Sink) Value() types.AttributeValue { return s.av }

// maxLevels is how deep DynamoDB nests values.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const maxLevels = 32

var errLevels = errors.New("value is nested deeper than the 32 levels of DynamoDB, or contains itself; store it in several items")

// Room fails if the lists and maps that are open leave no level for a value.
func (s *Sink) Room() error {
	if s.depth >= maxLevels {
		return errLevels
	}
	return nil
}

// Opening is what stands before a value's text, elements or members in
// DynamoDB JSON.
func Opening(k Kind) string {
	switch k {
	case S:
		return `{"S":"`
	case N:
		return `{"N":"`
	case B:
		return `{"B":"`
	case BOOL:
		return `{"BOOL":`
	case NULL:
		return `{"NULL":`
	}
	return `{"` + string(k) + `":`
}

// Open begins a scalar of kind k, or NULL. Its text, raw bytes for B, is
// appended to the slice that Open returns, which is then given to Close.
func (s *Sink) Open(k Kind) []byte {
	dst := s.buf
	if s.json {
		dst = append(dst, Opening(k)...)
	}
	s.start = len(dst)
	return dst
}

// Close ends the scalar. Plain says that the text needs no escapes.
func (s *Sink) Close(k Kind, dst []byte, plain bool) {
	if !s.json {
		s.buf = dst
		s.av = s.scalar(k, dst[s.start:len(dst):len(dst)])
		return
	}
	s.buf = AppendClosing(dst, s.start, k, plain)
}

// AppendClosing appends what stands behind the text in dst[start:] of a scalar of
// kind k, or NULL, in DynamoDB JSON, and gives the text the form that it has
// there. Plain says that it needs no escapes.
func AppendClosing(dst []byte, start int, k Kind, plain bool) []byte {
	switch {
	case k == B:
		dst = appendBase64(dst, start)
	case k == S && !plain:
		dst = AppendEscapes(dst, start)
	case k == BOOL || k == NULL:
		return append(dst, '}')
	}
	return append(dst, `"}`...)
}

// expect makes room for n values, whose texts are shorter than a UUID on average.
func (s *Sink) expect(n int) {
	s.ahead = n
	if s.buf == nil {
		s.buf = make([]byte, 0, 24*n)
	}
}

// scalar makes the value of kind k whose text is the end of s.buf.
func (s *Sink) scalar(k Kind, text []byte) types.AttributeValue {
	switch k {
	case S:
		return s.next(text)
	case N:
		return (*types.AttributeValueMemberN)(s.next(text))
	case B:
		if text == nil { // which the SDK would send as null
			text = []byte{}
		}
		return &types.AttributeValueMemberB{Value: text}
	}
	return Attribute(k, view(text))
}

// next is the next of the values that were allocated at once, with that text.
func (s *Sink) next(text []byte) *types.AttributeValueMemberS {
	if len(s.texts) == 0 {
		s.texts = make([]types.AttributeValueMemberS, max(s.ahead, 1))
	}
	v := &s.texts[0]
	s.texts = s.texts[1:]
	v.Value = view(text)
	return v
}

// view is text as a string that shares its bytes, which nobody may change any
// more.
func view(text []byte) string { return unsafe.String(unsafe.SliceData(text), len(text)) }

// Attribute is the scalar of kind k with the given text, raw bytes for B.
func Attribute(k Kind, text string) types.AttributeValue {
	switch k {
	case S:
		return &types.AttributeValueMemberS{Value: text}
	case N:
		return &types.AttributeValueMemberN{Value: text}
	case B:
		return &types.AttributeValueMemberB{Value: []byte(text)}
	case BOOL:
		return &types.AttributeValueMemberBOOL{Value: text == "true"}
	case NULL:
		return &types.AttributeValueMemberNULL{Value: text == "true"}
	}
	panic("wire: internal error: " + strconv.Quote(string(k)) + " is not a scalar")
}

// Null writes NULL.
func (s *Sink) Null() { s.Close(NULL, append(s.Open(NULL), "true"...), true) }

// A Group is a list or map that is being written.
type Group struct {
	list []types.AttributeValue
	dict map[string]types.AttributeValue
	name string
	n    int
}

// BeginList begins a list of n elements.
func (s *Sink) BeginList(n int) Group {
	s.depth++
	if s.json {
		s.buf = append(s.buf, `{"L":[`...)
		return Group{}
	}
	s.expect(n)
	return Group{list: make([]types.AttributeValue, 0, n)}
}

// EndList ends the list.
func (s *Sink) EndList(g *Group) {
	s.depth--
	if s.json {
		s.buf = append(s.buf, `]}`...)
		return
	}
	s.av = &types.AttributeValueMemberL{Value: g.list}
}

// BeginMap begins a map of about n members.
func (s *Sink) BeginMap(n int) Group {
	s.depth++
	return s.begin(`{"M":{`, n)
}

// EndMap ends the map.
func (s *Sink) EndMap(g *Group) {
	s.depth--
	if s.json {
		s.buf = append(s.buf, `}}`...)
		return
	}
	s.av = &types.AttributeValueMemberM{Value: g.dict}
}

// BeginItem begins an item of about n attributes: a map without a descriptor.
func (s *Sink) BeginItem(n int) Group { return s.begin(`{`, n) }

// EndItem ends the item. A sink that builds values returns its attributes.
func (s *Sink) EndItem(g *Group) map[string]types.AttributeValue {
	if s.json {
		s.buf = append(s.buf, '}')
	}
	return g.dict
}

func (s *Sink) begin(open string, n int) Group {
	if s.json {
		s.buf = append(s.buf, open...)
		return Group{}
	}
	s.expect(n)
	return Group{dict: make(map[string]types.AttributeValue, n)}
}

// Next goes before each element of a list.
func (s *Sink) Next(g *Group) {
	if s.json && g.n > 0 {
		s.buf = append(s.buf, ',')
	}
	g.n++
}

// Name goes before each member of a map. The name must be valid UTF-8.
func (s *Sink) Name(g *Group, name string) {
	s.Next(g)
	if s.json {
		s.buf = append(AppendString(s.buf, name), ':')
		return
	}
	g.name = name
}

// CloseMember is Close of a scalar that is a member of a map, for a sink that
// builds values, in the place of Name, Close and Done.
func (s *Sink) CloseMember(g *Group, name string, k Kind, dst []byte) {
	s.buf = dst
	g.dict[name] = s.scalar(k, dst[s.start:len(dst):len(dst)])
}

// Done goes after each element or member.
func (s *Sink) Done(g *Group) {
	switch {
	case s.json:
	case g.dict != nil:
		g.dict[g.name] = s.av
	default:
		g.list = append(g.list, s.av)
	}
}

// Set writes a set of kind k, SS, NS or BS, from the texts of its elements.
func (s *Sink) Set(k Kind, texts []string) {
	if !s.json {
		s.av = set(k, texts)
		return
	}
	s.buf = append(append(append(s.buf, `{"`...), k...), `":[`...)
	for i, text := range texts {
		if i > 0 {
			s.buf = append(s.buf, ',')
		}
		s.buf = append(s.buf, '"')
		start := len(s.buf)
		s.buf = append(s.buf, text...)
		if k == BS {
			s.buf = appendBase64(s.buf, start)
		} else {
			s.buf = AppendEscapes(s.buf, start)
		}
		s.buf = append(s.buf, '"')
	}
	s.buf = append(s.buf, `]}`...)
}

func set(k Kind, texts []string) types.AttributeValue {
	switch k {
	case SS:
		return &types.AttributeValueMemberSS{Value: texts}
	case NS:
		return &types.AttributeValueMemberNS{Value: texts}
	}
	all := make([][]byte, len(texts))
	for i, text := range texts {
		all[i] = []byte(text)
	}
	return &types.AttributeValueMemberBS{Value: all}
}
