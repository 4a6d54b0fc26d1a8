package ddbtable

import "example.com/ddb/internal/seal"

// Forge seals a payload for a query without keys, as somebody could who knows
// this code.
func Forge[T any](q Query[T], payload []byte) (string, error) {
	return forge(q, payload, cursorVersion)
}

// ForgeOfVersion is Forge with another version of cursors.
func ForgeOfVersion[T any](q Query[T], payload []byte, version string) (string, error) {
	return forge(q, payload, version)
}

func forge[T any](q Query[T], payload []byte, version string) (string, error) {
	p, err := q.ready().plan()
	if err != nil {
		return "", err
	}
	return new(seal.Keys).Seal(p.newContext(version), payload), nil
}

// Payload takes the seal off a cursor of a query without keys.
func Payload[T any](q Query[T], cursor string) ([]byte, error) {
	p, err := q.ready().plan()
	if err != nil {
		return nil, err
	}
	return new(seal.Keys).Open(p.context(), cursor)
}
