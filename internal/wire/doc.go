// Package wire reads and writes attribute values in the two forms in which
// they reach DynamoDB: DynamoDB JSON, as it stands in requests and responses,
// and [types.AttributeValue], as the SDK's typed calls take it.
//
// A [Sink] is written to and a [Source] is read from without knowing which of
// the two is behind it, so that a codec is written once. A [Scanner] pulls
// tokens out of JSON without copying.
//
// Format: AWS's "DynamoDB low-level API", data type descriptors,
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html.
package wire
