package request

import (
	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/wire"
)

// UpdateTimeToLive is the input of UpdateTimeToLive.
type UpdateTimeToLive struct {
	TableName     Text
	AttributeName Text
	Enabled       Flag
	Set           bool
}

// Read reads and checks the input.
func (u *UpdateTimeToLive) Read(r *wire.Reader) *apierror.Error {
	r.Body(func(name []byte) {
		switch string(name) {
		case "TableName":
			u.TableName.read(r)
		case "TimeToLiveSpecification":
			u.Set = r.Structure(wire.Field, "TimeToLiveSpecification", func(name []byte) {
				switch string(name) {
				case "AttributeName":
					u.AttributeName.read(r)
				case "Enabled":
					u.Enabled.read(r)
				default:
					r.Skip()
				}
			})
		default:
			r.Skip()
		}
	})
	if err := r.End(); err != nil {
		return err
	}
	if err := requireTableName(&u.TableName); err != nil {
		return err
	}
	var c constraints
	c.name(u.TableName, "tableName", 3)
	c.notNull(u.Set, "timeToLiveSpecification")
	if u.Set {
		c.notNull(u.Enabled.Set, "timeToLiveSpecification.enabled")
		c.notNull(u.AttributeName.Set, "timeToLiveSpecification.attributeName")
		c.attributeName(u.AttributeName, "timeToLiveSpecification.attributeName")
	}
	return c.Err()
}

// Days of point-in-time recovery, see
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PointInTimeRecoverySpecification.html
const (
	minRecoveryDays = 1
	// MaxRecoveryDays is also what counts when none are given.
	MaxRecoveryDays = 35
)

// UpdateContinuousBackups is the input of UpdateContinuousBackups.
type UpdateContinuousBackups struct {
	TableName Text
	Enabled   Flag
	Days      Int
	Set       bool
}

// Read reads and checks the input.
func (u *UpdateContinuousBackups) Read(r *wire.Reader) *apierror.Error {
	r.Body(func(name []byte) {
		switch string(name) {
		case "TableName":
			u.TableName.read(r)
		case "PointInTimeRecoverySpecification":
			u.Set = r.Structure(wire.Field, "PointInTimeRecoverySpecification", func(name []byte) {
				switch string(name) {
				case "PointInTimeRecoveryEnabled":
					u.Enabled.read(r)
				case "RecoveryPeriodInDays":
					u.Days.read(r, "Integer")
				default:
					r.Skip()
				}
			})
		default:
			r.Skip()
		}
	})
	if err := r.End(); err != nil {
		return err
	}
	if err := requireTableName(&u.TableName); err != nil {
		return err
	}
	const member = "pointInTimeRecoverySpecification"
	var c constraints
	c.name(u.TableName, "tableName", 3)
	c.notNull(u.Set, member)
	if u.Set {
		c.notNull(u.Enabled.Set, member+".pointInTimeRecoveryEnabled")
		c.minimum(u.Days, member+".recoveryPeriodInDays", minRecoveryDays)
		c.maximum(u.Days, member+".recoveryPeriodInDays", MaxRecoveryDays)
	}
	return c.Err()
}

// Nothing is the input of the operations that have no members.
type Nothing struct{}

// Read reads the input.
func (Nothing) Read(r *wire.Reader) *apierror.Error {
	r.Body(func([]byte) { r.Skip() })
	return r.End()
}
