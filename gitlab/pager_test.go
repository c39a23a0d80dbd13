package gitlab

import "testing"

// A page begins at or before the row that it has to join, and brings nearly a
// whole page of new ones.
func TestPagesReachFar(t *testing.T) {
	fresh := 0
	for n := range 60_000 {
		at := reaching(n)
		page, size := at.page, at.size
		first, end := (page-1)*size+1, page*size
		if first > max(n, 1) || end <= n || size > pageSize {
			t.Fatalf("row %d: page %d of %d has rows %d to %d", n, page, size, first, end)
		}
		fresh += end - n
	}
	if average := fresh / 60_000; average < 85 {
		t.Errorf("%d new rows a page", average)
	}
}
