package engine

import (
	"encoding/json"
	"time"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/request"
	"example.com/ddb/internal/engine/wire"
)

// restorableAfter is how far behind the present the last moment is to which a
// table could be restored, see
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PointInTimeRecoveryDescription.html
const restorableAfter = 5 * time.Minute

// recovery is the setting of point-in-time recovery. It is kept and described;
// nothing is restored from it.
type recovery struct {
	Since time.Time
	Days  int64
}

func (e *Engine) describeContinuousBackups(r *wire.Reader) (action, *apierror.Error) {
	in := new(request.NamedTable)
	if err := in.Read(r); err != nil {
		return action{}, err
	}
	name := in.TableName.Value
	return action{table: name, run: func(out []byte) ([]byte, error) {
		t := (*e.tables.Load())[name]
		if t == nil {
			return out, apierror.BackupTableNotFound(name)
		}
		return e.appendBackups(out, t)
	}}, nil
}

func (e *Engine) updateContinuousBackups(r *wire.Reader) (action, *apierror.Error) {
	in := new(request.UpdateContinuousBackups)
	if err := in.Read(r); err != nil {
		return action{}, err
	}
	if in.Days.Set && !in.Enabled.Value {
		return action{}, apierror.RecoveryPeriodWithoutRecovery()
	}
	name := in.TableName.Value
	return action{table: name, run: func(out []byte) ([]byte, error) {
		t, err := e.redefine(name, apierror.BackupTableNotFound(name), func(d *definition) *apierror.Error {
			d.Recovery = e.recovery(in, d.Recovery)
			return nil
		})
		if err != nil {
			return out, err
		}
		return e.appendBackups(out, t)
	}}, nil
}

// recovery gives the setting that a request asks for. Recovery that goes on
// keeps the time of its beginning.
func (e *Engine) recovery(in *request.UpdateContinuousBackups, old *recovery) *recovery {
	if !in.Enabled.Value {
		return nil
	}
	next := &recovery{Since: e.clock().UTC(), Days: request.MaxRecoveryDays}
	if old != nil {
		*next = *old
	}
	if in.Days.Set {
		next.Days = in.Days.Value
	}
	return next
}

// A recoveryDescription is a part of the answer about backups.
type recoveryDescription struct {
	PointInTimeRecoveryStatus  string
	RecoveryPeriodInDays       int64  `json:",omitempty"`
	EarliestRestorableDateTime *epoch `json:",omitempty"`
	LatestRestorableDateTime   *epoch `json:",omitempty"`
}

func (e *Engine) appendBackups(out []byte, t *table) ([]byte, error) {
	var answer struct {
		ContinuousBackupsDescription struct {
			ContinuousBackupsStatus        string
			PointInTimeRecoveryDescription recoveryDescription
		}
	}
	d := &answer.ContinuousBackupsDescription
	d.ContinuousBackupsStatus = "ENABLED"
	d.PointInTimeRecoveryDescription = e.describeRecovery(t.definition.Recovery)
	text, err := json.Marshal(answer)
	return append(out, text...), err
}

func (e *Engine) describeRecovery(r *recovery) recoveryDescription {
	if r == nil {
		return recoveryDescription{PointInTimeRecoveryStatus: "DISABLED"}
	}
	now := e.clock()
	earliest, latest := r.Since, now.Add(-restorableAfter)
	if begin := now.AddDate(0, 0, -int(r.Days)); earliest.Before(begin) {
		earliest = begin
	}
	if latest.Before(earliest) {
		latest = earliest
	}
	return recoveryDescription{
		PointInTimeRecoveryStatus:  "ENABLED",
		RecoveryPeriodInDays:       r.Days,
		EarliestRestorableDateTime: (*epoch)(&earliest),
		LatestRestorableDateTime:   (*epoch)(&latest),
	}
}
