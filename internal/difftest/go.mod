// Comparisons of the embedded engine with other engines and with models, in a
// module of their own so that nobody who imports ddbtable inherits what they
// need.
module example.com/ddb/internal/difftest

go 1.26.0

require (
	example.com/ddb v0.0.0
	github.com/anishathalye/porcupine v1.3.1
	github.com/google/go-cmp v0.7.0
)

require (
	github.com/tidwall/btree v1.8.2 // indirect
	go.etcd.io/bbolt v1.5.0 // indirect
	golang.org/x/exp v0.0.0-20261014143641-f0251eb4aa3e // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace example.com/ddb => ../..
