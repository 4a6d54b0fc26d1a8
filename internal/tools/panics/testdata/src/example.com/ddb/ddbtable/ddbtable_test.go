package ddbtable

func fail() { panic("a test may") }
