-- What a discovery changed is told in full, wherever it is told.

-- +goose Up
ALTER TABLE discoveries ADD COLUMN outcome TEXT NOT NULL DEFAULT '{}'; -- JSON, of a complete one
UPDATE discoveries SET outcome = json_object('new', repos_new, 'lost', repos_lost, 'imported', repos_imported) WHERE complete = 1;
ALTER TABLE discoveries DROP COLUMN repos_new;
ALTER TABLE discoveries DROP COLUMN repos_imported;
ALTER TABLE discoveries DROP COLUMN changed;
