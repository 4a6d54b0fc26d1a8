package engine

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// An epoch is a time as the service writes it: seconds since 1970, with
// milliseconds.
type epoch time.Time

// MarshalJSON writes the number.
func (t epoch) MarshalJSON() ([]byte, error) {
	ms := time.Time(t).UnixMilli()
	return strconv.AppendFloat(nil, float64(ms)/1000, 'f', 3, 64), nil
}

// A tableDescription is the answer of the operations on tables.
type tableDescription struct {
	AttributeDefinitions      []describedAttribute
	TableName                 string
	KeySchema                 []describedKey
	TableStatus               string
	CreationDateTime          epoch
	ProvisionedThroughput     describedThroughput
	TableSizeBytes            int64
	ItemCount                 int64
	TableArn                  string
	TableID                   string            `json:"TableId"`
	BillingModeSummary        *describedBilling `json:",omitempty"`
	LocalSecondaryIndexes     []describedIndex  `json:",omitempty"`
	GlobalSecondaryIndexes    []describedIndex  `json:",omitempty"`
	StreamSpecification       *describedStream  `json:",omitempty"`
	LatestStreamLabel         string            `json:",omitempty"`
	LatestStreamArn           string            `json:",omitempty"`
	TableClassSummary         *describedClass   `json:",omitempty"`
	DeletionProtectionEnabled bool
	OnDemandThroughput        *describedMaximum    `json:",omitempty"`
	WarmThroughput            *describedWarmth     `json:",omitempty"`
	SSEDescription            *describedEncryption `json:",omitempty"`
}

type describedAttribute struct{ AttributeName, AttributeType string }

type describedKey struct{ AttributeName, KeyType string }

type describedThroughput struct {
	LastIncreaseDateTime   *epoch `json:",omitempty"`
	LastDecreaseDateTime   *epoch `json:",omitempty"`
	NumberOfDecreasesToday int64
	ReadCapacityUnits      int64
	WriteCapacityUnits     int64
}

type describedBilling struct {
	BillingMode                       string
	LastUpdateToPayPerRequestDateTime epoch
}

type describedStream struct {
	StreamEnabled  bool
	StreamViewType string
}

type describedClass struct{ TableClass string }

type describedProjection struct {
	ProjectionType   string
	NonKeyAttributes []string `json:",omitempty"`
}

type describedIndex struct {
	IndexName             string
	KeySchema             []describedKey
	Projection            describedProjection
	IndexStatus           string               `json:",omitempty"`
	ProvisionedThroughput *describedThroughput `json:",omitempty"`
	IndexSizeBytes        int64
	ItemCount             int64
	IndexArn              string
	OnDemandThroughput    *describedMaximum `json:",omitempty"`
	WarmThroughput        *describedWarmth  `json:",omitempty"`
}

// appendDescription appends a response that describes a table in a state.
func (e *Engine) appendDescription(out []byte, member string, t *table, status string) ([]byte, error) {
	text, err := json.Marshal(map[string]*tableDescription{member: t.describe(status, e.clock())})
	if err != nil {
		return out, fmt.Errorf("engine: cannot describe table %s: %w", t.definition.Name, err)
	}
	return append(out, text...), nil
}

func (t *table) describe(status string, now time.Time) *tableDescription {
	d := &t.definition
	arn := tableARN(d.Name)
	out := &tableDescription{
		TableName:                 d.Name,
		KeySchema:                 describeKey(d.Key),
		TableStatus:               status,
		CreationDateTime:          epoch(d.Created),
		ProvisionedThroughput:     describeThroughput(d.Throughput, now),
		TableSizeBytes:            t.totals.bytes.Load(),
		ItemCount:                 t.totals.items.Load(),
		TableArn:                  arn,
		TableID:                   d.ID,
		DeletionProtectionEnabled: d.DeletionProtection,
		OnDemandThroughput:        d.OnDemandMost.describeMaximum(),
		WarmThroughput:            d.Warm.describeWarmth(),
		SSEDescription:            d.describeEncryption(),
	}
	for _, a := range d.Attributes {
		out.AttributeDefinitions = append(out.AttributeDefinitions, describedAttribute{a.Name, a.Type})
	}
	if !d.OnDemandSince.IsZero() {
		out.BillingModeSummary = &describedBilling{d.billingMode(), epoch(d.OnDemandSince)}
	}
	if d.TableClass != "" {
		out.TableClassSummary = &describedClass{d.TableClass}
	}
	if d.Stream != "" {
		out.StreamSpecification = &describedStream{true, d.Stream}
	}
	if d.StreamLabel != "" {
		// The latest stream is named after its end too.
		out.LatestStreamLabel = d.StreamLabel
		out.LatestStreamArn = arn + "/stream/" + d.StreamLabel
	}
	for _, x := range t.indexes {
		described := x.describe(arn, status, now)
		if x.global {
			out.GlobalSecondaryIndexes = append(out.GlobalSecondaryIndexes, described)
		} else {
			out.LocalSecondaryIndexes = append(out.LocalSecondaryIndexes, described)
		}
	}
	return out
}

func (d *definition) billingMode() string {
	if d.OnDemand {
		return "PAY_PER_REQUEST"
	}
	return "PROVISIONED"
}

func (x *index) describe(tableARN, tableStatus string, now time.Time) describedIndex {
	d := x.definition
	out := describedIndex{
		IndexName:      d.Name,
		KeySchema:      describeKey(d.Key),
		Projection:     describedProjection{d.Projection, d.NonKey},
		IndexSizeBytes: x.totals.bytes.Load(),
		ItemCount:      x.totals.items.Load(),
		IndexArn:       tableARN + "/index/" + d.Name,

		OnDemandThroughput: d.OnDemandMost.describeMaximum(),
		WarmThroughput:     d.Warm.describeWarmth(),
	}
	if x.global {
		out.IndexStatus = d.Status
		if tableStatus != statusActive && tableStatus != statusUpdating {
			out.IndexStatus = tableStatus
		}
		t := describeThroughput(d.Throughput, now)
		out.ProvisionedThroughput = &t
	}
	return out
}

func describeKey(elements []keyElement) []describedKey {
	var out []describedKey
	for _, e := range elements {
		out = append(out, describedKey{e.Name, e.Type})
	}
	return out
}

func describeThroughput(t throughput, now time.Time) describedThroughput {
	return describedThroughput{
		LastIncreaseDateTime:   describeTime(t.Increased),
		LastDecreaseDateTime:   describeTime(t.Decreased),
		NumberOfDecreasesToday: t.decreasesOn(now),
		ReadCapacityUnits:      t.Read,
		WriteCapacityUnits:     t.Write,
	}
}

// describeTime gives nil for the zero time, which is left out.
func describeTime(t time.Time) *epoch {
	if t.IsZero() {
		return nil
	}
	return (*epoch)(&t)
}

func tableARN(name string) string {
	return "arn:aws:dynamodb:" + Region + ":" + Account + ":table/" + name
}
