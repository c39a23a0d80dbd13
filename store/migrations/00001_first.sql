-- Times are unix nanoseconds, 0 for none. Groups and repos are keyed by GitLab's
-- numeric IDs per integration, and so are the settings: without a foreign key,
-- because the settings of what vanished are kept in case it comes back.

-- +goose Up
CREATE TABLE integrations (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT    NOT NULL,
    name_folded   TEXT    NOT NULL UNIQUE,
    provider      TEXT    NOT NULL,
    method        TEXT    NOT NULL,
    base_url      TEXT    NOT NULL,
    plain_http    INTEGER NOT NULL,
    services      INTEGER NOT NULL,
    report        TEXT    NOT NULL, -- JSON
    status        TEXT    NOT NULL,
    status_reason TEXT    NOT NULL,
    status_since  INTEGER NOT NULL,
    discovery_id  INTEGER NOT NULL DEFAULT 0, -- the last complete one
    counts        TEXT    NOT NULL DEFAULT '[]', -- JSON, one number per state
    version       INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    created_by    TEXT    NOT NULL
) STRICT;

-- What Flow may tell the world about an integration, and the secret apart from it.
CREATE TABLE credentials (
    integration_id INTEGER PRIMARY KEY REFERENCES integrations (id) ON DELETE CASCADE,
    sealed         BLOB    NOT NULL -- age
) STRICT;

CREATE TABLE "groups" (
    integration_id INTEGER NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
    id             INTEGER NOT NULL,
    parent_id      INTEGER NOT NULL,
    path           TEXT    NOT NULL,
    name           TEXT    NOT NULL,
    personal       INTEGER NOT NULL,
    PRIMARY KEY (integration_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE repos (
    integration_id INTEGER NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
    id             INTEGER NOT NULL,
    group_id       INTEGER NOT NULL,
    path           TEXT    NOT NULL,
    name           TEXT    NOT NULL,
    role           INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    active_at      INTEGER NOT NULL,
    flags          INTEGER NOT NULL, -- 1 archived, 2 fork, 4 mirror, 8 empty, 16 public, 32 SHA-256
    services_off   INTEGER NOT NULL,
    first_seen     INTEGER NOT NULL,
    lost_at        INTEGER NOT NULL DEFAULT 0,
    imported_at    INTEGER NOT NULL DEFAULT 0, -- written by Save and a complete discovery, never taken back
    PRIMARY KEY (integration_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE auto_imports (
    integration_id INTEGER NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
    group_id       INTEGER NOT NULL,
    is_on          INTEGER NOT NULL,
    PRIMARY KEY (integration_id, group_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE pins (
    integration_id INTEGER NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
    repo_id        INTEGER NOT NULL,
    pin            INTEGER NOT NULL, -- 1 in, 2 out
    PRIMARY KEY (integration_id, repo_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE rules (
    id             INTEGER PRIMARY KEY,
    integration_id INTEGER NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
    text           TEXT    NOT NULL,
    UNIQUE (integration_id, text)
) STRICT;

-- A discovery is running until it is complete; one whose heart stopped beating
-- was left by a process that is gone.
CREATE TABLE discoveries (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    integration_id INTEGER NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
    at             INTEGER NOT NULL,
    beat_at        INTEGER NOT NULL,
    complete       INTEGER NOT NULL DEFAULT 0,
    groups_found   INTEGER NOT NULL DEFAULT 0,
    repos_found    INTEGER NOT NULL DEFAULT 0,
    repos_new      INTEGER NOT NULL DEFAULT 0,
    repos_lost     INTEGER NOT NULL DEFAULT 0,
    repos_imported INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX discoveries_of ON discoveries (integration_id, at);

CREATE TABLE staged_groups (
    discovery_id INTEGER NOT NULL REFERENCES discoveries (id) ON DELETE CASCADE,
    id           INTEGER NOT NULL,
    parent_id    INTEGER NOT NULL,
    path         TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    personal     INTEGER NOT NULL,
    PRIMARY KEY (discovery_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE staged_repos (
    discovery_id INTEGER NOT NULL REFERENCES discoveries (id) ON DELETE CASCADE,
    id           INTEGER NOT NULL,
    group_id     INTEGER NOT NULL,
    path         TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    role         INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    active_at    INTEGER NOT NULL,
    flags        INTEGER NOT NULL,
    services_off INTEGER NOT NULL,
    PRIMARY KEY (discovery_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    integration_id INTEGER NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
    at             INTEGER NOT NULL,
    who            TEXT    NOT NULL, -- '' for what Flow did by itself
    version        INTEGER NOT NULL, -- of the integration, after the event
    text           TEXT    NOT NULL
) STRICT;
CREATE INDEX events_of ON events (integration_id, id);

-- +goose StatementBegin
CREATE TRIGGER events_are_only_added BEFORE UPDATE ON events
BEGIN
    SELECT raise(ABORT, 'the activity log is only added to');
END;
-- +goose StatementEnd

CREATE TABLE drafts (
    who  TEXT    PRIMARY KEY,
    body TEXT    NOT NULL -- JSON, without secrets
) STRICT;
