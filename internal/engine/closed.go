package engine

import "errors"

// ErrClosed is the answer, in the process, to every request after the engine
// was closed.
var ErrClosed = errors.New("embedded: the engine is closed; open it again before sending requests")
