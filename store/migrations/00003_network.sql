-- How a GitLab is reached, in one column: what is added to it later needs no
-- migration, and whether it may be trusted is not decided here but by what is
-- sealed. The password of a proxy and the key to a certificate are not in it.

-- +goose Up
ALTER TABLE integrations ADD COLUMN network TEXT NOT NULL DEFAULT '{}'; -- JSON, without secrets
UPDATE integrations SET network = '{"plain_http":true}' WHERE plain_http <> 0;
ALTER TABLE integrations DROP COLUMN plain_http;

-- A draft has it in the same place. One that can't be read stays as it is.
UPDATE drafts SET body = json_set(json_remove(body, '$.plain_http'), '$.network', json('{"plain_http":true}'))
    WHERE CASE WHEN json_valid(body) THEN body ->> '$.plain_http' END;
