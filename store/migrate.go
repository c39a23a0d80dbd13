package store

import (
	"context"
	"embed"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the tables to what this Flow knows. The caller holds the lock.
func (s *Store) migrate(ctx context.Context) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, s.writes, files,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return err
	}
	have, known, err := provider.GetVersions(ctx)
	switch {
	case err != nil:
		return err
	case have > known:
		return errNewer
	case have == known:
		return nil
	}
	_, err = provider.Up(ctx)
	return err
}
