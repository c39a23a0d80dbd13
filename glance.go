package flow

// A Glance is what the first frame of an integration shows: the top groups, what
// is directly in them, and how much of it is imported, all as stored. It takes no
// time however many repos there are; the whole review follows.
type Glance struct {
	// Review holds the groups and repos of these rows and the settings that count
	// for them. What is further below is not in it.
	Review *Review
	// Below sums up groups over all their repos: All, Can, Imported, and In as
	// Imported. By group ID.
	Below map[int64]GroupCount
}
