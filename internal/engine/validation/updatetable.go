package validation

import (
	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/request"
)

// maxIndexUpdates is the number of indexes that one UpdateTable creates or
// deletes, see
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
const maxIndexUpdates = 1

// UpdateTable checks what an UpdateTable asks for, as far as that needs no
// table.
func UpdateTable(u *request.UpdateTable) *apierror.Error {
	switch {
	case u.Elsewhere != "":
		return apierror.NotHere(u.Elsewhere)
	case !changesAnything(u):
		return apierror.UpdateTableEmpty()
	case u.BillingMode.Value == "PROVISIONED" && !u.ProvisionedThroughput.Set:
		return apierror.UpdateThroughputRequired()
	}
	if err := checkBounds(&u.ProvisionedThroughput); err != nil {
		return err
	}
	if err := checkIndexUpdates(u.Indexes); err != nil {
		return err
	}
	return checkStream(&u.StreamSpecification)
}

func changesAnything(u *request.UpdateTable) bool {
	return u.ProvisionedThroughput.Set || u.BillingMode.Set || len(u.Indexes) > 0 || u.StreamSpecification.Set ||
		u.TableClass.Set || u.DeletionProtectionEnabled.Set ||
		u.OnDemandThroughput.Set || u.WarmThroughput.Set || u.SSESpecification.Set
}

func checkIndexUpdates(updates []request.IndexUpdate) *apierror.Error {
	seen := make(map[string]bool, len(updates))
	for i := range updates {
		switch members := updates[i].Members(); {
		case members == 0:
			return apierror.IndexUpdateEmpty()
		case members > 1:
			return apierror.IndexUpdateSeveral()
		}
		name := updates[i].Index().Name.Value
		if seen[name] {
			return apierror.IndexUpdateTwice(name)
		}
		seen[name] = true
	}
	return nil
}

// OneIndexUpdate refuses to create or delete several indexes at once.
func OneIndexUpdate(updates []request.IndexUpdate) *apierror.Error {
	n := 0
	for i := range updates {
		if updates[i].Update == nil {
			n++
		}
	}
	if n > maxIndexUpdates {
		return apierror.TooManyIndexUpdates()
	}
	return nil
}

// NewIndex checks an index that is to be added to a table. Its key attributes
// must be among the request's own definitions.
func NewIndex(u *request.UpdateTable, x *request.Index, onDemand bool) *apierror.Error {
	definitions, err := definedNames(u.AttributeDefinitions)
	if err != nil {
		return err
	}
	return checkGlobalIndex(x, definitions, make(map[string]bool), onDemand)
}

// IndexCounts checks the numbers of a table's global secondary indexes and of
// the attributes that all its indexes include.
func IndexCounts(global, projected int) *apierror.Error {
	switch {
	case global > maxGlobalIndexes:
		return apierror.TooManyGlobalIndexes()
	case projected > maxProjected:
		return apierror.TooManyProjected(projected)
	}
	return nil
}
