-- Texts that are not records yet: half-written reasons, notes and forms. They belong to this device alone: never synced, gone with the
-- database. `key` names the place on the screen; what belongs to a job begins with `job/<id>/` and leaves with it.
CREATE TABLE draft (
    key  TEXT NOT NULL PRIMARY KEY,
    text TEXT NOT NULL,
    at   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
