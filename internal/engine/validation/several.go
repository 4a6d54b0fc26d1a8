package validation

import (
	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/request"
)

// MaxTransactionBytes is the size of all items of a transaction together, see
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const MaxTransactionBytes = 4 << 20

// BatchGetItem checks a BatchGetItem and gives the expressions of each table.
func BatchGetItem(b *request.BatchGetItem) ([]Expressions, *apierror.Error) {
	var all []Expressions
	total := 0
	for i := range b.Tables {
		k := &b.Tables[i]
		x, err := keysOfTable(k)
		if err != nil {
			return nil, err
		}
		if total += len(k.Keys); total > request.MaxBatchGets {
			return nil, apierror.TooManyInBatch("BatchGetItem")
		}
		all = append(all, x)
	}
	return all, nil
}

func keysOfTable(k *request.KeysOfTable) (Expressions, *apierror.Error) {
	e := &k.Expressions
	if err := checkTogether(e, attributesToGet(&k.AttributesToGet), projectionOf(e)); err != nil {
		return Expressions{}, err
	}
	if err := checkAttributesToGet(&k.AttributesToGet); err != nil {
		return Expressions{}, err
	}
	x, err := parse(e)
	if err != nil {
		return x, err
	}
	for i := range k.Keys {
		if err := k.Keys[i].Err; err != nil {
			return x, err
		}
	}
	return x, nil
}

// BatchWriteItem checks a BatchWriteItem.
func BatchWriteItem(b *request.BatchWriteItem) *apierror.Error {
	total := 0
	for i := range b.Tables {
		writes := b.Tables[i].Writes
		if total += len(writes); total > request.MaxBatchWrites {
			return apierror.TooManyInBatch("BatchWriteItem")
		}
		for j := range writes {
			// The text is the service's for none as well as for both.
			if writes[j].Puts == writes[j].Deletes {
				return apierror.SeveralTypes()
			}
		}
		for j := range writes {
			if err := batchWrite(&writes[j]); err != nil {
				return err
			}
		}
	}
	return nil
}

func batchWrite(w *request.BatchWrite) *apierror.Error {
	switch {
	case w.Item.Err != nil:
		return w.Item.Err
	case w.Key.Err != nil:
		return w.Key.Err
	case w.Puts && w.Item.Item.Size() > MaxItemBytes:
		return apierror.ItemTooLarge()
	}
	return nil
}

// TransactWriteItems checks a TransactWriteItems and gives the expressions of
// each action.
func TransactWriteItems(t *request.TransactWriteItems) ([]Expressions, *apierror.Error) {
	all := make([]Expressions, len(t.Actions))
	total := 0
	for i := range t.Actions {
		a := &t.Actions[i]
		if a.Members() != 1 {
			return nil, apierror.OneOfTransactItem()
		}
		x, err := action(a)
		if err != nil {
			return nil, err
		}
		all[i] = x
		if a.Put != nil {
			total += a.Put.Item.Item.Size()
		}
	}
	if total > MaxTransactionBytes {
		return nil, apierror.TransactionTooLarge()
	}
	return all, nil
}

func action(a *request.Action) (Expressions, *apierror.Error) {
	switch {
	case a.Put != nil:
		return PutItem(a.Put)
	case a.Update != nil:
		return UpdateItem(a.Update)
	case a.Delete != nil:
		return DeleteItem(a.Delete)
	}
	return DeleteItem(a.Check)
}

// TransactGetItems checks a TransactGetItems and gives the expressions of each
// read.
func TransactGetItems(t *request.TransactGetItems) ([]Expressions, *apierror.Error) {
	all := make([]Expressions, len(t.Gets))
	for i, get := range t.Gets {
		x, err := GetItem(get)
		if err != nil {
			return nil, err
		}
		all[i] = x
	}
	return all, nil
}
