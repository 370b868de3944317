-- A number that led to no document stays as void, and its owner may draw the next one. `job` is set for numbers of a job; `told` says
-- whether the office knows that the number was drawn.
CREATE TABLE number_next (
    kind      TEXT    NOT NULL,
    count     INTEGER NOT NULL,
    text      TEXT    NOT NULL UNIQUE,
    owner     TEXT    NOT NULL,
    job       TEXT,
    drawn_at  TEXT    NOT NULL,
    told      INTEGER NOT NULL DEFAULT 0,
    voided_at TEXT,
    PRIMARY KEY (kind, count)
) STRICT, WITHOUT ROWID;
INSERT INTO number_next (kind, count, text, owner, drawn_at) SELECT kind, count, text, owner, drawn_at FROM number;
DROP TABLE number;
ALTER TABLE number_next RENAME TO number;
CREATE UNIQUE INDEX number_standing ON number (kind, owner) WHERE voided_at IS NULL;
