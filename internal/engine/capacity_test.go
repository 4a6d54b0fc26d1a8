package engine

import "testing"

func TestCapacityIsRoundedUp(t *testing.T) {
	for _, test := range []struct {
		size                         int
		consistent, eventual, writes halves
	}{
		{0, 2, 1, 2},
		{1, 2, 1, 2},
		{1 << 10, 2, 1, 2},
		{1<<10 + 1, 2, 1, 4},
		{4 << 10, 2, 1, 8},
		{4<<10 + 1, 4, 2, 10},
		{400 << 10, 200, 100, 800},
	} {
		if got := readUnits(test.size, true); got != test.consistent {
			t.Errorf("a consistent read of %d bytes costs %d halves of a unit, not %d", test.size, got, test.consistent)
		}
		if got := readUnits(test.size, false); got != test.eventual {
			t.Errorf("a read of %d bytes costs %d halves of a unit, not %d", test.size, got, test.eventual)
		}
		if got := writeUnits(test.size); got != test.writes {
			t.Errorf("a write of %d bytes costs %d halves of a unit, not %d", test.size, got, test.writes)
		}
	}
}
