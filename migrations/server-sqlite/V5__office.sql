-- Evidence for findings, the values that writes replaced, and the post that leaves the house.

-- The shape of every signature without place and size. `across` and `down` differ by no more than the distance of two shapes does.
CREATE TABLE signature (
    hash        TEXT    NOT NULL PRIMARY KEY REFERENCES sealed (hash),
    document    TEXT    NOT NULL,
    across      INTEGER NOT NULL,
    down        INTEGER NOT NULL,
    shape       BLOB    NOT NULL
) STRICT;
CREATE INDEX signature_by_marks ON signature (across, down);

-- 64 bits of what a picture looks like, in four bands: two that differ in three bits agree in one band.
CREATE TABLE picture (
    hash        TEXT    NOT NULL PRIMARY KEY,
    look        INTEGER NOT NULL,
    band_0      INTEGER NOT NULL,
    band_1      INTEGER NOT NULL,
    band_2      INTEGER NOT NULL,
    band_3      INTEGER NOT NULL
) STRICT;
CREATE INDEX picture_band_0 ON picture (band_0);
CREATE INDEX picture_band_1 ON picture (band_1);
CREATE INDEX picture_band_2 ON picture (band_2);
CREATE INDEX picture_band_3 ON picture (band_3);

-- Each write of a register as it came: the base of a conflict, and from which device a value is. Absent for writes of older versions.
ALTER TABLE known_write ADD COLUMN value  TEXT;
ALTER TABLE known_write ADD COLUMN seen   TEXT;
ALTER TABLE known_write ADD COLUMN by_person TEXT;
ALTER TABLE known_write ADD COLUMN device TEXT;
ALTER TABLE known_write ADD COLUMN at     INTEGER;
ALTER TABLE known_write ADD COLUMN received_at INTEGER;

-- E-mail to customers: a queue that survives a restart. `state`: queued, sending, sent, failed, cancelled.
CREATE TABLE mail (
    id          TEXT    NOT NULL PRIMARY KEY,
    order_id    TEXT,
    revision    INTEGER,
    number      TEXT    NOT NULL,
    recipient   TEXT    NOT NULL,
    language    TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    attempts    INTEGER NOT NULL,
    -- When it is tried next; while queued.
    next_at     INTEGER NOT NULL,
    -- Why the last try failed: a word of the catalogue and what the other server said.
    why         TEXT,
    said        TEXT,
    message_id  TEXT    NOT NULL UNIQUE,
    by_person   TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    sent_at     INTEGER
) STRICT;
CREATE INDEX mail_by_order ON mail (order_id, created_at);
CREATE INDEX mail_waiting ON mail (next_at) WHERE state = 'queued';
