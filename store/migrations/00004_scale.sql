-- What discovery needs at scale: walks that go on where they were broken off,
-- lists that wait for a person's word, why a repo is no longer found, and what
-- the first frame of the details shows.

-- +goose Up
ALTER TABLE repos ADD COLUMN topics   TEXT    NOT NULL DEFAULT ''; -- lower case, sorted, joined by commas
ALTER TABLE repos ADD COLUMN lost_why INTEGER NOT NULL DEFAULT 0;  -- 1 missing, 2 gone, 3 no longer a member
UPDATE repos SET lost_why = 1 WHERE lost_at <> 0;

ALTER TABLE discoveries ADD COLUMN checkpoint  BLOB;                       -- where the walk goes on; written with the rows that it covers
ALTER TABLE discoveries ADD COLUMN walker      INTEGER NOT NULL DEFAULT 1; -- counts those who went on with it: only the last one may
ALTER TABLE discoveries ADD COLUMN released    INTEGER NOT NULL DEFAULT 0; -- its walker was interrupted, and said so
ALTER TABLE discoveries ADD COLUMN held        INTEGER NOT NULL DEFAULT 0; -- all was found, but too many repos were not: a person decides
ALTER TABLE discoveries ADD COLUMN repos_known INTEGER NOT NULL DEFAULT 0; -- of a held one: how many there were before
ALTER TABLE discoveries ADD COLUMN changed     INTEGER NOT NULL DEFAULT 0; -- groups and repos that it found otherwise than they were

-- A table that refers to no other one can be emptied without a look at its rows.
DELETE FROM discoveries WHERE complete = 0;
DROP TABLE staged_groups;
DROP TABLE staged_repos;
CREATE TABLE staged_groups (
    discovery_id INTEGER NOT NULL,
    id           INTEGER NOT NULL,
    parent_id    INTEGER NOT NULL,
    path         TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    personal     INTEGER NOT NULL,
    PRIMARY KEY (discovery_id, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE staged_repos (
    discovery_id INTEGER NOT NULL,
    id           INTEGER NOT NULL,
    group_id     INTEGER NOT NULL,
    path         TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    role         INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    active_at    INTEGER NOT NULL,
    flags        INTEGER NOT NULL,
    services_off INTEGER NOT NULL,
    topics       TEXT    NOT NULL,
    PRIMARY KEY (discovery_id, id)
) STRICT, WITHOUT ROWID;
-- +goose StatementBegin
CREATE TRIGGER discoveries_take_their_rows AFTER DELETE ON discoveries
BEGIN
    DELETE FROM staged_groups WHERE discovery_id = old.id;
    DELETE FROM staged_repos WHERE discovery_id = old.id;
END;
-- +goose StatementEnd

-- A rule on a group belongs to its ID; its text is by the path that it had last.
ALTER TABLE rules RENAME TO old_rules;
CREATE TABLE rules (
    id             INTEGER PRIMARY KEY,
    integration_id INTEGER NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
    text           TEXT    NOT NULL,
    group_id       INTEGER NOT NULL DEFAULT 0,
    UNIQUE (integration_id, text, group_id)
) STRICT;
INSERT INTO rules (id, integration_id, text) SELECT id, integration_id, text FROM old_rules;
DROP TABLE old_rules;

-- The rows that the details show first, with the counts of their groups: made
-- whenever counts are, so that showing them needs no decision about any repo.
CREATE TABLE glances (
    integration_id INTEGER PRIMARY KEY REFERENCES integrations (id) ON DELETE CASCADE,
    rows           TEXT    NOT NULL -- JSON
) STRICT;
