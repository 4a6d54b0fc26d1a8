//go:build !race

package ddbtable_test

const raceEnabled = false
