package request

import "example.com/ddb/internal/engine/wire"

// The enumerations of the legacy parameters.
var (
	conditionalOperators = []string{"OR", "AND"}
	comparisonOperators  = []string{
		"IN", "NULL", "BETWEEN", "LT", "NOT_CONTAINS", "EQ", "GT", "NOT_NULL", "NE", "LE", "BEGINS_WITH", "GE", "CONTAINS",
	}
	attributeActions = []string{"ADD", "PUT", "DELETE"}
)

// A Comparison is an entry of Expected, KeyConditions, QueryFilter or
// ScanFilter: what is asked of one attribute. See
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExpectedAttributeValue.html
type Comparison struct {
	Name      string
	Operator  Text
	Values    []wire.Value
	ValuesSet bool
	// Value and Exists are members in Expected alone.
	Value    wire.Value
	ValueSet bool
	Exists   Flag
}

// Comparisons is an optional map of comparisons, in the order of the body.
type Comparisons struct {
	List []Comparison
	Set  bool
}

// read reads conditions.
func (c *Comparisons) read(r *wire.Reader) {
	c.readMap(r, wire.ClassCondition, "Condition", (*Comparison).readMember)
}

// readExpected reads what is expected of attributes.
func (c *Comparisons) readExpected(r *wire.Reader) {
	c.readMap(r, wire.ClassExpected, "ExpectedAttributeValue", (*Comparison).readExpectedMember)
}

func (c *Comparisons) readMap(
	r *wire.Reader, class, element string, member func(*Comparison, *wire.Reader, []byte),
) {
	c.List = nil
	c.Set = r.Map(class, func(key []byte) {
		one := Comparison{Name: string(key)}
		if !r.Structure(wire.Element, element, func(name []byte) { member(&one, r, name) }) {
			return
		}
		c.List = append(c.List, one)
	})
	c.List = lastOfEach(c.List, func(one *Comparison) string { return one.Name })
}

func (c *Comparison) readMember(r *wire.Reader, name []byte) {
	switch string(name) {
	case "ComparisonOperator":
		c.Operator.read(r)
	case "AttributeValueList":
		c.Values = nil
		c.ValuesSet = r.List(func() {
			if v, ok := r.Value(); ok {
				c.Values = append(c.Values, v)
			}
		})
	default:
		r.Skip()
	}
}

func (c *Comparison) readExpectedMember(r *wire.Reader, name []byte) {
	switch string(name) {
	case "Value":
		c.Value, c.ValueSet = r.Value()
	case "Exists":
		c.Exists.read(r)
	default:
		c.readMember(r, name)
	}
}

// comparisons checks the operators; a condition must have one.
func (c *constraints) comparisons(list *Comparisons, path string, required bool) {
	for i := range list.List {
		member := path + "." + list.List[i].Name + ".member.comparisonOperator"
		if required {
			c.notNull(list.List[i].Operator.Set, member)
		}
		c.enum(list.List[i].Operator, member, comparisonOperators)
	}
}

// A Change is an entry of AttributeUpdates.
type Change struct {
	Name     string
	Action   Text
	Value    wire.Value
	ValueSet bool
}

// Changes is an optional map of changes, in the order of the body.
type Changes struct {
	List []Change
	Set  bool
}

func (c *Changes) read(r *wire.Reader) {
	c.List = nil
	c.Set = r.Map(wire.ClassUpdate, func(key []byte) {
		one := Change{Name: string(key)}
		present := r.Structure(wire.Element, "AttributeValueUpdate", func(name []byte) {
			switch string(name) {
			case "Action":
				one.Action.read(r)
			case "Value":
				one.Value, one.ValueSet = r.Value()
			default:
				r.Skip()
			}
		})
		if !present {
			return
		}
		c.List = append(c.List, one)
	})
	c.List = lastOfEach(c.List, func(one *Change) string { return one.Name })
}

func (c *constraints) changes(list *Changes) {
	for i := range list.List {
		c.enum(list.List[i].Action, "attributeUpdates."+list.List[i].Name+".member.action", attributeActions)
	}
}
