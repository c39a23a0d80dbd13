-- How Flow is registered in the GitLab of an OAuth integration. The secret of
-- the application is sealed with the sign-in.

-- +goose Up
ALTER TABLE integrations ADD COLUMN client_id    TEXT NOT NULL DEFAULT ''; -- '' for an access token
ALTER TABLE integrations ADD COLUMN redirect_uri TEXT NOT NULL DEFAULT '';

-- Which fault a failed status follows from; '' also for those of before.
ALTER TABLE integrations ADD COLUMN status_cause TEXT NOT NULL DEFAULT '';

-- What an unfinished renewal left behind. Beside what is sealed, so that keeping
-- a renewed sign-in writes one row.
ALTER TABLE credentials ADD COLUMN renewal TEXT NOT NULL DEFAULT '';

-- Nothing else could be created before.
UPDATE integrations SET method = 'token';
