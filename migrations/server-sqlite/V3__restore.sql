-- After a restore: records that a device holds and the restored data lacks. The office decides about each; what was decided stays.
CREATE TABLE offered (
    id          TEXT    NOT NULL,
    device      TEXT    NOT NULL,
    record      TEXT    NOT NULL,
    offered_at  INTEGER NOT NULL,
    settled_by  TEXT,
    settled_at  INTEGER,
    PRIMARY KEY (id, device)
) STRICT, WITHOUT ROWID;
CREATE INDEX offered_waiting ON offered (offered_at) WHERE settled_at IS NULL;
