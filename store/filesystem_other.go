//go:build !linux

package store

// fileSystem knows no network file systems here: where SQLite's shared memory
// does not work at all, opening the database finds that out.
func fileSystem(string) string { return "" }
