package validation

import (
	"strconv"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/attribute"
	"example.com/ddb/internal/engine/expression"
	"example.com/ddb/internal/engine/request"
	"example.com/ddb/internal/engine/wire"
)

// legacyOf names those legacy parameters that a request has.
func legacyOf(parameters ...legacy) []string {
	var names []string
	for _, p := range parameters {
		if p.set {
			names = append(names, p.name)
		}
	}
	return names
}

// A legacy parameter is one that expressions have taken the place of.
type legacy struct {
	name string
	set  bool
}

// filter gives the condition of a QueryFilter or a ScanFilter, nil without one.
func filter(p *request.Pages) (*expression.Condition, *apierror.Error) {
	list, err := comparisons(p.LegacyFilter.List)
	if err != nil {
		return nil, err
	}
	return joined(list, p.ConditionalOperator)
}

// joined gives the condition that comparisons make together.
func joined(list []expression.Comparison, operator request.Text) (*expression.Condition, *apierror.Error) {
	switch {
	case operator.Set && len(list) == 0:
		return nil, apierror.ConditionalOperatorAlone()
	case operator.Set && len(list) == 1:
		return nil, apierror.ConditionalOperatorOfOne()
	}
	return expression.NewCondition(list, operator.Value == "OR"), nil
}

// expected gives the condition of Expected, nil without one.
func expected(w *request.Write) (*expression.Condition, *apierror.Error) {
	var list []expression.Comparison
	for i := range w.Expected.List {
		c, err := expectation(&w.Expected.List[i])
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return joined(list, w.ConditionalOperator)
}

// expectation reads one entry of Expected, which comes in three forms: an
// operator with operands, a value, or Exists.
func expectation(c *request.Comparison) (expression.Comparison, *apierror.Error) {
	none := expression.Comparison{}
	nullary := c.Operator.Value == "NULL" || c.Operator.Value == "NOT_NULL"
	switch {
	case c.ValuesSet && c.ValueSet:
		return none, apierror.ValueBesideList(c.Name)
	case c.Operator.Set && c.Exists.Set:
		return none, apierror.ExistsBesideOperator(c.Name)
	case c.Operator.Set && !nullary && !c.ValuesSet && !c.ValueSet:
		return none, apierror.OperatorWithoutValue(c.Operator.Value, c.Name)
	case c.Operator.Set && c.ValueSet:
		return comparison(c, []wire.Value{c.Value})
	case c.Operator.Set:
		return comparison(c, c.Values)
	case c.ValuesSet:
		return none, apierror.ListWithoutOperator(c.Name)
	}
	return existence(c)
}

func existence(c *request.Comparison) (expression.Comparison, *apierror.Error) {
	absent := c.Exists.Set && !c.Exists.Value
	shown := "null"
	if c.Exists.Set {
		shown = strconv.FormatBool(c.Exists.Value)
	}
	switch {
	case absent && c.ValueSet:
		return expression.Comparison{}, apierror.ValueForbidden(c.Name)
	case absent:
		return expression.Comparison{Name: c.Name, Operator: "NULL"}, nil
	case !c.ValueSet:
		return expression.Comparison{}, apierror.ValueRequired(shown, c.Name)
	case c.Value.Err != nil:
		return expression.Comparison{}, c.Value.Err
	}
	return expression.Comparison{Name: c.Name, Operator: "EQ", Values: []attribute.Value{c.Value.Value}}, nil
}

func comparisons(conditions []request.Comparison) ([]expression.Comparison, *apierror.Error) {
	var list []expression.Comparison
	for i := range conditions {
		c, err := comparison(&conditions[i], conditions[i].Values)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// comparison checks an operator with its operands.
func comparison(c *request.Comparison, operands []wire.Value) (expression.Comparison, *apierror.Error) {
	out := expression.Comparison{Name: c.Name, Operator: c.Operator.Value}
	for _, v := range operands {
		if v.Err != nil {
			return out, v.Err
		}
		out.Values = append(out.Values, v.Value)
	}
	if !takes(out.Operator, len(out.Values)) {
		return out, apierror.ArgumentCount(out.Operator)
	}
	for _, v := range out.Values {
		if v.Kind() != out.Values[0].Kind() {
			return out, apierror.ArgumentTypes()
		}
	}
	for _, v := range out.Values {
		if !compares(out.Operator, v.Kind()) {
			return out, apierror.ArgumentType(out.Operator, v.Kind().String())
		}
	}
	if out.Operator == "BETWEEN" {
		if order, _ := attribute.Compare(out.Values[0], out.Values[1]); order > 0 {
			return out, apierror.BetweenBounds()
		}
	}
	return out, nil
}

// takes tells whether an operator has so many operands.
func takes(operator string, operands int) bool {
	switch operator {
	case "NULL", "NOT_NULL":
		return operands == 0
	case "IN":
		return operands > 0
	case "BETWEEN":
		return operands == 2
	}
	return operands == 1
}

// compares tells whether an operator has operands of a type.
func compares(operator string, kind attribute.Kind) bool {
	switch operator {
	case "EQ", "NE":
		return true
	case "BEGINS_WITH":
		return kind == attribute.String || kind == attribute.Binary
	}
	return kind.IsScalarKey()
}

// keyConditions gives what KeyConditions ask for.
func keyConditions(conditions *request.Comparisons) ([]expression.KeyCondition, *apierror.Error) {
	list, err := comparisons(conditions.List)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, apierror.KeyConditionCount()
	}
	var keys []expression.KeyCondition
	for _, c := range list {
		k, ok := expression.NewKeyCondition(c)
		if !ok {
			return nil, apierror.NotIndexable()
		}
		keys = append(keys, k)
	}
	return keys, nil
}

// attributeUpdates gives the update of AttributeUpdates, nil without one.
func attributeUpdates(changes *request.Changes) (*expression.Update, *apierror.Error) {
	if !changes.Set {
		return nil, nil
	}
	var list []expression.Change
	for i := range changes.List {
		c := &changes.List[i]
		if err := checkChange(c); err != nil {
			return nil, err
		}
		one := expression.Change{Name: c.Name, Action: c.Action.Value}
		if c.ValueSet {
			one.Value = c.Value.Value
		}
		list = append(list, one)
	}
	return expression.NewUpdate(list), nil
}

func checkChange(c *request.Change) *apierror.Error {
	kind := c.Value.Kind()
	switch {
	case c.ValueSet && c.Value.Err != nil:
		return c.Value.Err
	case !c.ValueSet && c.Action.Value != "DELETE":
		return apierror.ChangeWithoutValue()
	case !c.ValueSet:
		return nil
	case c.Action.Value == "DELETE" && !kind.IsSet():
		return apierror.DeleteType(kind.String())
	case c.Action.Value == "ADD" && !addable(kind):
		return apierror.AddType(kind.String())
	}
	return nil
}

// addable tells whether values of a type can be added to others: unlike the
// ADD of an expression, that of AttributeUpdates takes lists.
func addable(kind attribute.Kind) bool {
	return kind == attribute.Number || kind == attribute.List || kind.IsSet()
}
