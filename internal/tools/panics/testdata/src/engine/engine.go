package engine

func impossible() {
	panic("engine: internal error: no such operation")
}

func MustDefine() {
	panic("only ddbtable's may") // want `panic outside`
}
