package shop

func Helper() {}
