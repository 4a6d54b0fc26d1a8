package engine

import (
	"strings"

	"example.com/ddb/internal/engine/request"
)

// Units are a pair of numbers that change nothing here and are only told.
type units struct{ Read, Write int64 }

// unitsOf gives the units of a request, or those from before where it has none.
func unitsOf(in *request.Units, before *units) *units {
	if !in.Set {
		return before
	}
	return &units{in.Read.Value, in.Write.Value}
}

// encrypt notes the key that a request names. Nothing is encrypted here.
func (d *definition) encrypt(in *request.Encryption) {
	if !in.Set {
		return
	}
	d.Encryption = ""
	if in.Enabled.Value {
		d.Encryption = keyARN(in.Key.Value)
	}
}

// keyARN gives the ARN of a key that is named by its ARN, its identifier or an
// alias; the one of AWS's own key for DynamoDB where none is named.
func keyARN(key string) string {
	const prefix = "arn:aws:kms:" + Region + ":" + Account + ":"
	switch {
	case key == "":
		return prefix + "alias/aws/dynamodb"
	case strings.HasPrefix(key, "arn:"):
		return key
	case strings.HasPrefix(key, "alias/"):
		return prefix + key
	}
	return prefix + "key/" + key
}

type describedMaximum struct {
	MaxReadRequestUnits  int64 `json:",omitempty"`
	MaxWriteRequestUnits int64 `json:",omitempty"`
}

func (u *units) describeMaximum() *describedMaximum {
	if u == nil {
		return nil
	}
	return &describedMaximum{u.Read, u.Write}
}

type describedWarmth struct {
	ReadUnitsPerSecond  int64 `json:",omitempty"`
	WriteUnitsPerSecond int64 `json:",omitempty"`
	Status              string
}

func (u *units) describeWarmth() *describedWarmth {
	if u == nil {
		return nil
	}
	return &describedWarmth{u.Read, u.Write, statusActive}
}

type describedEncryption struct{ Status, SSEType, KMSMasterKeyArn string }

func (d *definition) describeEncryption() *describedEncryption {
	if d.Encryption == "" {
		return nil
	}
	return &describedEncryption{"ENABLED", "KMS", d.Encryption}
}
