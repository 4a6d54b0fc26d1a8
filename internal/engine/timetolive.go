package engine

import (
	"strconv"
	"time"

	"example.com/ddb/internal/engine/apierror"
	"example.com/ddb/internal/engine/request"
	"example.com/ddb/internal/engine/wire"
)

func (e *Engine) describeTimeToLive(r *wire.Reader) (action, *apierror.Error) {
	in := new(request.NamedTable)
	if err := in.Read(r); err != nil {
		return action{}, err
	}
	name := in.TableName.Value
	return action{table: name, run: func(out []byte) ([]byte, error) {
		t := (*e.tables.Load())[name]
		if t == nil {
			return out, apierror.NamedTableNotFound(name)
		}
		out = append(out, `{"TimeToLiveDescription":{"TimeToLiveStatus":`...)
		attribute := t.definition.TimeToLiveAttribute
		if attribute == "" {
			return append(out, `"DISABLED"}}`...), nil
		}
		out = append(out, `"ENABLED","AttributeName":`...)
		return append(wire.AppendText(out, attribute), "}}"...), nil
	}}, nil
}

func (e *Engine) updateTimeToLive(r *wire.Reader) (action, *apierror.Error) {
	in := new(request.UpdateTimeToLive)
	if err := in.Read(r); err != nil {
		return action{}, err
	}
	name, attribute := in.TableName.Value, in.AttributeName.Value
	return action{table: name, run: func(out []byte) ([]byte, error) {
		_, err := e.redefine(name, apierror.NamedTableNotFound(name), func(d *definition) *apierror.Error {
			if err := checkTimeToLive(d.TimeToLiveAttribute, in); err != nil {
				return err
			}
			now := e.clock().UTC()
			if now.Before(d.TimeToLiveChanged.Add(timeToLivePause)) {
				return apierror.TimeToLiveTwice()
			}
			d.TimeToLiveChanged = now
			d.TimeToLiveAttribute = ""
			if in.Enabled.Value {
				d.TimeToLiveAttribute = attribute
			}
			return nil
		})
		if err != nil {
			return out, err
		}
		out = wire.AppendText(append(out, `{"TimeToLiveSpecification":{"AttributeName":`...), attribute)
		out = strconv.AppendBool(append(out, `,"Enabled":`...), in.Enabled.Value)
		return append(out, "}}"...), nil
	}}, nil
}

// timeToLivePause is how long the service refuses another change, see
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html
const timeToLivePause = time.Hour

// checkTimeToLive refuses what changes nothing, and another attribute than the
// current one.
func checkTimeToLive(current string, in *request.UpdateTimeToLive) *apierror.Error {
	switch {
	case current == "" && !in.Enabled.Value:
		return apierror.TimeToLiveDisabled()
	case current == "":
		return nil
	case current != in.AttributeName.Value:
		return apierror.TimeToLiveOther(current)
	case in.Enabled.Value:
		return apierror.TimeToLiveEnabled()
	}
	return nil
}
