// Package validation holds the checks that come between a request's
// constraints and the table: which parameters may stand together, what
// placeholders may stand for, expressions, and the definition of a new table.
package validation

import (
	"strings"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/attribute"
	"example.com/ddb/internal/engine/expression"
	"example.com/ddb/internal/engine/request"
	"example.com/ddb/internal/engine/wire"
)

// MaxPlaceholderBytes is the length of a placeholder, and
// MaxPlaceholdersTotal of all names and values of a request together, see
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const (
	MaxPlaceholderBytes  = 255
	MaxPlaceholdersTotal = 2 << 20
)

// Expressions are a request's expressions, parsed. Absent ones are nil.
type Expressions struct {
	Condition  *expression.Condition
	Filter     *expression.Condition
	Update     *expression.Update
	Keys       []expression.KeyCondition
	Projection []attribute.Path
	// keyCondition is what Keys are read from, once all expressions are parsed.
	keyCondition *expression.Condition
}

// A Parameter is a member of a request that may hold an expression.
type Parameter struct {
	name string
	text *request.Text
	// values is unset for the projection, which uses none.
	values bool
}

func conditionOf(e *request.Expressions) Parameter {
	return Parameter{"ConditionExpression", &e.Condition, true}
}

func updateOf(e *request.Expressions) Parameter {
	return Parameter{"UpdateExpression", &e.Update, true}
}

func keyConditionOf(e *request.Expressions) Parameter {
	return Parameter{"KeyConditionExpression", &e.KeyCondition, true}
}

func filterOf(e *request.Expressions) Parameter {
	return Parameter{"FilterExpression", &e.Filter, true}
}

func projectionOf(e *request.Expressions) Parameter {
	return Parameter{"ProjectionExpression", &e.Projection, false}
}

// checkTogether refuses legacy parameters beside expressions, and placeholders
// without an expression that could use them. Legacy names the legacy
// parameters that the request has.
func checkTogether(e *request.Expressions, legacy []string, parameters ...Parameter) *apierror.Error {
	var present, valued []string
	absent := true
	for _, p := range parameters {
		if p.text.Set {
			present = append(present, p.name)
		}
		if p.values {
			valued = append(valued, p.name)
			absent = absent && !p.text.Set
		}
	}
	switch {
	case len(present) > 0 && len(legacy) > 0:
		return apierror.MixedParameters(legacy, present)
	case e.NamesSet && len(present) == 0:
		return apierror.NamesWithoutExpression()
	case e.ValuesSet && len(valued) > 0 && absent:
		return apierror.ValuesWithoutExpression(valued)
	}
	return nil
}

// parse checks the placeholders and parses every expression of a request.
func parse(e *request.Expressions) (Expressions, *apierror.Error) {
	var out Expressions
	var p expression.Placeholders
	if err := bind(&p, e); err != nil {
		return out, err
	}
	if err := out.parse(e, &p); err != nil {
		return out, err
	}
	if unused := p.UnusedNames(); unused != nil {
		return out, apierror.UnusedNames(unused)
	}
	if unused := p.UnusedValues(); unused != nil {
		return out, apierror.UnusedValues(unused)
	}
	if out.keyCondition == nil {
		return out, nil
	}
	var err *apierror.Error
	out.Keys, err = out.keyCondition.Keys()
	return out, err
}

func (x *Expressions) parse(e *request.Expressions, p *expression.Placeholders) *apierror.Error {
	var problem apierror.Problem
	if e.Update.Set {
		if x.Update, problem = expression.ParseUpdate(e.Update.Value, p); problem != "" {
			return problem.In("UpdateExpression")
		}
	}
	if e.Condition.Set {
		if x.Condition, problem = expression.ParseCondition(e.Condition.Value, p); problem != "" {
			return problem.In("ConditionExpression")
		}
	}
	if e.KeyCondition.Set {
		if x.keyCondition, problem = expression.ParseCondition(e.KeyCondition.Value, p); problem != "" {
			return problem.In("KeyConditionExpression")
		}
	}
	if e.Filter.Set {
		if x.Filter, problem = expression.ParseCondition(e.Filter.Value, p); problem != "" {
			return problem.In("FilterExpression")
		}
	}
	if e.Projection.Set {
		if x.Projection, problem = expression.ParseProjection(e.Projection.Value, p); problem != "" {
			return problem.In("ProjectionExpression")
		}
	}
	return nil
}

// bind checks names and values and binds their placeholders.
func bind(p *expression.Placeholders, e *request.Expressions) *apierror.Error {
	if e.NamesSet && len(e.Names) == 0 {
		return apierror.EmptyNames()
	}
	if e.ValuesSet && len(e.Values) == 0 {
		return apierror.EmptyValues()
	}
	total := 0
	for _, n := range e.Names {
		if err := checkName(n); err != nil {
			return err
		}
		total += len(n.Placeholder) + len(n.Name)
		p.AddName(n.Placeholder, n.Name)
	}
	for _, v := range e.Values {
		if err := checkPlaceholder(v.Placeholder, ':', "ExpressionAttributeValues"); err != nil {
			return err
		}
	}
	for _, v := range e.Values {
		if v.Err != nil {
			return apierror.InvalidValue(v.Placeholder, v.Err)
		}
		total += len(v.Placeholder) + v.Size()
		p.AddValue(v.Placeholder, v.Value.Value)
	}
	if total > MaxPlaceholdersTotal {
		return apierror.PlaceholdersTooLarge()
	}
	return nil
}

func checkName(n request.Name) *apierror.Error {
	if err := checkPlaceholder(n.Placeholder, '#', "ExpressionAttributeNames"); err != nil {
		return err
	}
	switch {
	case n.Name == "":
		return apierror.NameEmpty(n.Placeholder)
	case len(n.Name) > wire.MaxNameBytes:
		return apierror.NameTooLong(n.Placeholder)
	}
	return nil
}

func checkPlaceholder(key string, sigil byte, parameter string) *apierror.Error {
	if len(key) < 2 || key[0] != sigil || strings.ContainsFunc(key[1:], notWord) {
		if sigil == '#' {
			return apierror.NamePlaceholder(key)
		}
		return apierror.ValuePlaceholder(key)
	}
	if len(key) > MaxPlaceholderBytes {
		return apierror.PlaceholderTooLong(parameter, key)
	}
	return nil
}

func notWord(r rune) bool {
	return (r|0x20 < 'a' || r|0x20 > 'z') && (r < '0' || r > '9') && r != '_'
}
