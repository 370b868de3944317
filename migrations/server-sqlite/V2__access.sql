-- Accounts that may not be used any more, and from where something was done.

ALTER TABLE user ADD COLUMN disabled_at INTEGER;
CREATE INDEX session_by_login ON session (login);

-- Empty: done on the server itself, or before this was written down.
ALTER TABLE audit ADD COLUMN address TEXT NOT NULL DEFAULT '';
CREATE INDEX audit_by_action ON audit (action, id);
CREATE INDEX audit_by_person ON audit (by_person, id);
