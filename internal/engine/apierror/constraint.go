package apierror

import (
	"fmt"
	"strings"
)

// Constraints collects the violations of a request's constraints, which the
// service reports together, at most ten of them. The zero value is empty.
type Constraints struct {
	texts []string
}

// maxConstraints is how many violations one answer reports.
const maxConstraints = 10

// Add records a violation: the value as text ("null" when absent, quoted
// otherwise), the member's path, and the constraint.
func (c *Constraints) Add(value, path, constraint string) {
	if len(c.texts) == maxConstraints {
		return
	}
	c.texts = append(c.texts,
		"Value "+value+" at '"+path+"' failed to satisfy constraint: "+constraint)
}

// Err gives the collected violations as one error, or nil.
func (c *Constraints) Err() *Error {
	switch len(c.texts) {
	case 0:
		return nil
	case 1:
		return validation("1 validation error detected: %s", c.texts[0])
	default:
		return validation("%d validation errors detected: %s", len(c.texts), strings.Join(c.texts, "; "))
	}
}

// Texts of constraints.
const (
	ConstraintNotNull = "Member must not be null"
	constraintMinimum = "Member must have value greater than or equal to %d"
	constraintMaximum = "Member must have value less than or equal to %d"
	constraintShort   = "Member must have length greater than or equal to %d"
	constraintLong    = "Member must have length less than or equal to %d"
)

// ConstraintMinimum bounds a number from below.
func ConstraintMinimum(n int64) string { return fmt.Sprintf(constraintMinimum, n) }

// ConstraintMaximum bounds a number from above.
func ConstraintMaximum(n int64) string { return fmt.Sprintf(constraintMaximum, n) }

// ConstraintShort bounds a length from below.
func ConstraintShort(n int) string { return fmt.Sprintf(constraintShort, n) }

// ConstraintLong bounds a length from above.
func ConstraintLong(n int) string { return fmt.Sprintf(constraintLong, n) }

// ConstraintWrites bounds the number of a batch's writes to one table.
func ConstraintWrites(least, most int) string {
	return "Map value must satisfy constraint: [" + ConstraintLong(most) + ", " + ConstraintShort(least) + "]"
}

// ConstraintEach bounds the length of each element of a list.
func ConstraintEach(least, most int) string {
	return "Member must satisfy constraint: [" + ConstraintLong(most) + ", " + ConstraintShort(least) + "]"
}

// ConstraintPattern names the regular expression a text must match.
func ConstraintPattern(pattern string) string {
	return "Member must satisfy regular expression pattern: " + pattern
}

// ConstraintNoPrefix refuses a text with a beginning that is reserved.
func ConstraintNoPrefix(prefix string) string { return "Member must not begin with " + prefix }

// ConstraintEnum names the words a text must be one of.
func ConstraintEnum(words []string) string {
	return "Member must satisfy enum value set: [" + strings.Join(words, ", ") + "]"
}

// RequiredParameter is the answer when a table operation lacks a parameter.
func RequiredParameter(name string) *Error {
	return validation("The parameter '%s' is required but was not present in the request", name)
}
