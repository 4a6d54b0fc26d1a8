package validation

import (
	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/request"
)

// maxKeyConditions is the number of attributes in the longest key.
const maxKeyConditions = 8

// Query checks a Query.
func Query(q *request.Query) (Expressions, *apierror.Error) {
	e := &q.Expressions
	// KeyConditions may stand beside a filter or projection expression.
	present := append(legacyPages(&q.Pages, "QueryFilter"),
		legacyOf(legacy{"KeyConditions", q.KeyConditions.Set && q.KeyCondition.Set})...)
	err := checkTogether(e, present, projectionOf(e), filterOf(e), keyConditionOf(e))
	if err != nil {
		return Expressions{}, err
	}
	filtered, err := filter(&q.Pages)
	if err != nil {
		return Expressions{}, err
	}
	if err := checkAttributesToGet(&q.AttributesToGet); err != nil {
		return Expressions{}, err
	}
	if err := checkStartKey(&q.ExclusiveStartKey); err != nil {
		return Expressions{}, err
	}
	if !q.KeyCondition.Set && !q.KeyConditions.Set {
		return Expressions{}, apierror.KeyConditionRequired()
	}
	out, err := parse(e)
	if err != nil {
		return out, err
	}
	if filtered != nil {
		out.Filter = filtered
	}
	if q.KeyConditions.Set {
		if out.Keys, err = keyConditions(&q.KeyConditions); err != nil {
			return out, err
		}
	}
	if len(out.Keys) > maxKeyConditions {
		return out, apierror.KeyConditionCount()
	}
	return out, checkSelect(&q.Pages)
}

// Scan checks a Scan.
func Scan(s *request.Scan) (Expressions, *apierror.Error) {
	e := &s.Expressions
	err := checkTogether(e, legacyPages(&s.Pages, "ScanFilter"), projectionOf(e), filterOf(e))
	if err != nil {
		return Expressions{}, err
	}
	if err := checkAttributesToGet(&s.AttributesToGet); err != nil {
		return Expressions{}, err
	}
	filtered, err := filter(&s.Pages)
	if err != nil {
		return Expressions{}, err
	}
	if err := checkStartKey(&s.ExclusiveStartKey); err != nil {
		return Expressions{}, err
	}
	if err := checkSegment(s); err != nil {
		return Expressions{}, err
	}
	out, err := parse(e)
	if err != nil {
		return out, err
	}
	if filtered != nil {
		out.Filter = filtered
	}
	return out, checkSelect(&s.Pages)
}

// legacyPages names the legacy parameters that a query or a scan has.
func legacyPages(p *request.Pages, filter string) []string {
	return legacyOf(legacy{"AttributesToGet", p.AttributesToGet.Set}, legacy{filter, p.LegacyFilter.Set},
		legacy{"ConditionalOperator", p.ConditionalOperator.Set})
}

func checkStartKey(it *request.Item) *apierror.Error {
	if it.Err == nil {
		return nil
	}
	return apierror.StartKeyCause(it.Err)
}

func checkSegment(s *request.Scan) *apierror.Error {
	switch {
	case s.Segment.Set && !s.TotalSegments.Set:
		return apierror.SegmentWithoutTotal()
	case s.TotalSegments.Set && !s.Segment.Set:
		return apierror.TotalWithoutSegment()
	case s.Segment.Set && s.Segment.Value >= s.TotalSegments.Value:
		return apierror.SegmentTooHigh(s.Segment.Value, s.TotalSegments.Value)
	}
	return nil
}

// checkSelect checks Select against the projection.
func checkSelect(p *request.Pages) *apierror.Error {
	parameter := ""
	switch {
	case p.Expressions.Projection.Set:
		parameter = "ProjectionExpression"
	case p.AttributesToGet.Set:
		parameter = "AttributesToGet"
	}
	switch p.Select.Value {
	case "SPECIFIC_ATTRIBUTES":
		if parameter == "" {
			return apierror.SelectWithoutProjection()
		}
	case "ALL_PROJECTED_ATTRIBUTES":
		if !p.IndexName.Set {
			return apierror.SelectProjectedWithoutIndex()
		}
		fallthrough
	case "ALL_ATTRIBUTES", "COUNT":
		if parameter != "" {
			return apierror.SelectWithProjection(parameter, p.Select.Value)
		}
	}
	return nil
}
