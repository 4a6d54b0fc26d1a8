package engine

import (
	"bytes"
	"slices"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/attribute"
	"example.com/ddb/internal/engine/expression"
)

// A keyRange is what a key condition asks for: the keys from From to To, all
// of one partition.
type keyRange struct {
	from, to []byte
	// partition is the place of the partition, with which all keys begin.
	partition []byte
	// last is the condition on the last sort attribute that has one, nil
	// without any.
	last *expression.KeyCondition
}

// rangeOf gives the keys that conditions ask for. Conditions must be an
// equality for every partition attribute and for the first sort attributes;
// the last of those may have another operator.
func (s *schema) rangeOf(conditions []expression.KeyCondition) (*keyRange, *apierror.Error) {
	if err := s.checkConditions(conditions); err != nil {
		return nil, err
	}
	k := new(keyRange)
	k.partition = s.appendPartition(nil, func(name string) attribute.Value {
		return find(conditions, name).Values[0]
	})
	prefix := k.partition
	for _, a := range s.sort {
		c := find(conditions, a.name)
		if c == nil {
			break
		}
		k.last = c
		if c.Operator == "=" {
			prefix = attribute.AppendSortKey(slices.Clip(prefix), c.Values[0])
		}
	}
	k.from, k.to = prefix, prefixEnd(prefix)
	k.narrow(prefix)
	return k, nil
}

// narrow applies the operator of the last condition to the keys that begin
// with a prefix.
func (k *keyRange) narrow(prefix []byte) {
	if k.last == nil || k.last.Operator == "=" {
		return
	}
	prefix = slices.Clip(prefix)
	if k.last.Operator == "begins_with" {
		k.from = attribute.AppendSortPrefix(prefix, k.last.Values[0])
		k.to = prefixEnd(k.from)
		return
	}
	key := attribute.AppendSortKey(prefix, k.last.Values[0])
	switch k.last.Operator {
	case "<":
		k.to = key
	case "<=":
		k.to = prefixEnd(key)
	case ">":
		k.from = prefixEnd(key)
	case ">=":
		k.from = key
	case "BETWEEN":
		k.from = key
		k.to = prefixEnd(attribute.AppendSortKey(prefix, k.last.Values[1]))
	}
}

func find(conditions []expression.KeyCondition, name string) *expression.KeyCondition {
	for i := range conditions {
		if conditions[i].Name == name {
			return &conditions[i]
		}
	}
	return nil
}

func (s *schema) checkConditions(conditions []expression.KeyCondition) *apierror.Error {
	if len(s.partition) == 1 && len(s.sort) < 2 {
		switch {
		case len(conditions) > 2:
			return apierror.KeyConditionsExceed(len(conditions), len(s.all))
		case len(s.sort) == 0 && len(conditions) > 1:
			return apierror.KeyConditionUnsupported()
		}
	}
	for _, a := range s.partition {
		c := find(conditions, a.name)
		if c == nil {
			return apierror.KeyConditionMissed(a.name)
		}
		if err := checkConditionValues(c, a, true); err != nil {
			return err
		}
		if c.Operator != "=" {
			return apierror.KeyConditionUnsupported()
		}
	}
	return s.checkSortConditions(conditions)
}

// checkSortConditions checks that conditions are on sort attributes from the
// first on, without a gap, and all equalities but the last.
func (s *schema) checkSortConditions(conditions []expression.KeyCondition) *apierror.Error {
	var open []string
	used := len(s.partition)
	for _, a := range s.sort {
		c := find(conditions, a.name)
		if c == nil {
			open = append(open, a.name)
			continue
		}
		used++
		if len(open) > 0 {
			return apierror.KeyConditionGap(open, a.name)
		}
		if err := checkConditionValues(c, a, false); err != nil {
			return err
		}
		if c.Operator != "=" {
			open = append(open, a.name)
		}
	}
	if used == len(conditions) {
		return nil
	}
	for _, a := range s.sort {
		if find(conditions, a.name) == nil {
			return apierror.KeyConditionMissed(a.name)
		}
	}
	return apierror.KeyConditionUnsupported()
}

func checkConditionValues(c *expression.KeyCondition, a keyAttribute, partition bool) *apierror.Error {
	for _, v := range c.Values {
		switch {
		case v.Kind() != a.kind:
			return apierror.KeyConditionType()
		case isEmpty(v):
			return apierror.KeyEmpty(a.name, a.kind.String())
		}
		if err := checkKeySize(v, partition); err != nil {
			return err
		}
	}
	return nil
}

// startAfter moves the range's near end behind a starting key, which must lie
// inside. Place is the key's place and it the key itself; index tells whether
// keys can be equal.
func (k *keyRange) startAfter(place []byte, it attribute.Item, index, descending bool) *apierror.Error {
	if !bytes.HasPrefix(place, k.partition) {
		return apierror.StartKeyOutside()
	}
	if bytes.Compare(place, k.from) < 0 || k.to != nil && bytes.Compare(place, k.to) >= 0 {
		return apierror.StartKeyRange()
	}
	if !index && k.atFarBound(it, descending) {
		return apierror.StartKeyRange()
	}
	if descending {
		k.to = place
	} else {
		k.from = append(slices.Clip(place), 0)
	}
	return nil
}

// atFarBound tells whether a key of a table is the inclusive bound at which
// the query ends. The service takes no such starting key, and gives none, see
// https://github.com/aws/aws-sdk-ruby/issues/2456
func (k *keyRange) atFarBound(it attribute.Item, descending bool) bool {
	if k.last == nil {
		return false
	}
	var bound attribute.Value
	switch operator := k.last.Operator; {
	case operator == "BETWEEN" && !descending:
		bound = k.last.Values[1]
	case operator == "BETWEEN" || operator == "<=" && !descending || operator == ">=" && descending:
		bound = k.last.Values[0]
	}
	return attribute.Equal(bound, it.Get(k.last.Name))
}
