DROP TABLE refresh_token;
DROP TABLE session;
ALTER TABLE sign_in DROP COLUMN mailed_as;
DROP TABLE history;
DROP TABLE email_change;
-- A client that waited can be used by nobody: it has no credential.
ALTER TABLE client DROP COLUMN pending;
-- What was not confirmed, and who waits for a first address, would be in force without it.
DELETE FROM role_grant WHERE pending;
UPDATE person SET ended_at = updated_at WHERE email_folded = id AND ended_at IS NULL;
ALTER TABLE person DROP COLUMN signed_in_at;
ALTER TABLE role_grant DROP COLUMN confirmed_by;
ALTER TABLE role_grant DROP COLUMN pending;
ALTER TABLE role_grant DROP COLUMN granted_by;
