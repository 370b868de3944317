-- The server's data. Every record that is synced stands once in `record`; the other tables are its indexes or the server's own.

CREATE TABLE server (
    one         INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    epoch       TEXT    NOT NULL,
    head        INTEGER NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;

-- One row per commit: the last position it gave out and its random nonce, by which a cursor proves that it knows this very history.
CREATE TABLE commit_nonce (
    through     INTEGER NOT NULL PRIMARY KEY,
    nonce       TEXT    NOT NULL
) STRICT;

CREATE TABLE record (
    id          TEXT    NOT NULL PRIMARY KEY,
    record      TEXT    NOT NULL,
    position    INTEGER NOT NULL,
    body        TEXT    NOT NULL
) STRICT;

-- Who may hold a record, and the position at which he learns of it (its last change, or its entering the scope).
CREATE TABLE record_scope (
    scope       TEXT    NOT NULL,
    record_id   TEXT    NOT NULL REFERENCES record (id),
    position    INTEGER NOT NULL,
    PRIMARY KEY (scope, record_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_scope_by_position ON record_scope (scope, position);
CREATE INDEX record_scope_by_record ON record_scope (record_id);

-- What the registers show, for looking up.
CREATE TABLE field (
    kind        TEXT    NOT NULL,
    entity      TEXT    NOT NULL,
    field       TEXT    NOT NULL,
    value       TEXT    NOT NULL,
    in_conflict INTEGER NOT NULL,
    PRIMARY KEY (kind, entity, field)
) STRICT, WITHOUT ROWID;
CREATE INDEX field_by_value ON field (kind, field, value);
CREATE INDEX field_in_conflict ON field (in_conflict) WHERE in_conflict = 1;

CREATE TABLE known_write (
    id          TEXT    NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- A refused write passes what it had seen on to those that name it.
CREATE TABLE refused_write (
    id          TEXT    NOT NULL PRIMARY KEY,
    seen        TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE fact (
    id          TEXT    NOT NULL PRIMARY KEY,
    job         TEXT,
    visit       TEXT,
    kind        TEXT    NOT NULL,
    by_person   TEXT    NOT NULL,
    by_office   INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    received_at INTEGER NOT NULL
) STRICT;
CREATE INDEX fact_by_job ON fact (job, at);
CREATE INDEX fact_by_kind ON fact (kind, received_at);
CREATE INDEX fact_by_receipt ON fact (received_at);

CREATE TABLE retracted (
    fact        TEXT    NOT NULL PRIMARY KEY,
    by_person   TEXT    NOT NULL,
    at          INTEGER NOT NULL
) STRICT;

CREATE TABLE sealed (
    hash        TEXT    NOT NULL PRIMARY KEY,
    document    TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    revision    INTEGER NOT NULL,
    job         TEXT    NOT NULL,
    visit       TEXT    NOT NULL,
    device      TEXT    NOT NULL,
    seal_no     INTEGER NOT NULL,
    received_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sealed_by_document ON sealed (document, revision);
CREATE INDEX sealed_by_device ON sealed (device, seal_no);
CREATE INDEX sealed_by_job ON sealed (job);

CREATE TABLE finding (
    id          TEXT    NOT NULL PRIMARY KEY,
    code        TEXT    NOT NULL,
    job         TEXT,
    visit       TEXT,
    by_person   TEXT,
    found_at    INTEGER NOT NULL,
    answered_by TEXT,
    answered_at INTEGER
) STRICT;
CREATE INDEX finding_open ON finding (found_at) WHERE answered_at IS NULL;
CREATE INDEX finding_by_job ON finding (job);

CREATE TABLE reference (
    kind         TEXT    NOT NULL,
    version      TEXT    NOT NULL,
    valid_from   TEXT    NOT NULL,
    body         TEXT    NOT NULL,
    published_at INTEGER NOT NULL,
    published_by TEXT,
    PRIMARY KEY (kind, version)
) STRICT;

-- Jobs and who made them known here.
CREATE TABLE job (
    id          TEXT    NOT NULL PRIMARY KEY,
    created_by  TEXT    NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;

-- Who was ever given a job; `until` is when a later decision took it from him.
CREATE TABLE assignment (
    job         TEXT    NOT NULL,
    person      TEXT    NOT NULL,
    since       INTEGER NOT NULL,
    until       INTEGER,
    PRIMARY KEY (job, person, since)
) STRICT, WITHOUT ROWID;
CREATE INDEX assignment_by_person ON assignment (person, until);

-- Rows of the console's lists, computed from the facts at every change of the job; can be dropped and built again.
CREATE TABLE visit_row (
    visit       TEXT    NOT NULL PRIMARY KEY,
    job         TEXT    NOT NULL,
    is_current  INTEGER NOT NULL,
    stage       TEXT    NOT NULL,
    order_id    TEXT    NOT NULL,
    planned_at  INTEGER,
    requested_at INTEGER,
    reported_at INTEGER,
    received_at INTEGER,
    owes        INTEGER NOT NULL,
    technician  TEXT,
    customer    TEXT,
    machine     TEXT,
    text        TEXT    NOT NULL,
    row         TEXT    NOT NULL
) STRICT;
CREATE INDEX visit_row_by_job ON visit_row (job);
CREATE INDEX visit_row_by_stage ON visit_row (stage, received_at);
CREATE INDEX visit_row_by_order ON visit_row (order_id);
CREATE INDEX visit_row_by_customer ON visit_row (customer);
CREATE INDEX visit_row_by_machine ON visit_row (machine);
CREATE INDEX visit_row_owing ON visit_row (owes) WHERE owes = 1;

CREATE TABLE customer_text (
    customer    TEXT    NOT NULL PRIMARY KEY,
    name        TEXT    NOT NULL,
    text        TEXT    NOT NULL
) STRICT;

CREATE TABLE device (
    id              TEXT    NOT NULL PRIMARY KEY,
    name            TEXT    NOT NULL,
    person          TEXT    NOT NULL,
    public_key      TEXT    NOT NULL,
    certificate     TEXT    NOT NULL,
    number_prefix   TEXT    NOT NULL UNIQUE,
    token_hash      TEXT    NOT NULL UNIQUE,
    app             TEXT    NOT NULL,
    state           TEXT    NOT NULL,
    enrolled_at     INTEGER NOT NULL,
    last_seen_at    INTEGER,
    acked_through   INTEGER NOT NULL,
    safe_through    INTEGER NOT NULL
) STRICT;

-- Every change as it came, with its first verdict.
CREATE TABLE change (
    device      TEXT    NOT NULL,
    device_seq  INTEGER NOT NULL,
    change_id   TEXT,
    payload     TEXT    NOT NULL,
    signature   TEXT    NOT NULL,
    outcome     TEXT    NOT NULL,
    verdict     TEXT    NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (device, device_seq)
) STRICT;
CREATE UNIQUE INDEX change_by_id ON change (change_id) WHERE change_id IS NOT NULL;
CREATE INDEX change_refused ON change (received_at) WHERE outcome <> 'accepted';

-- The same number with other content: kept apart until an admin decides.
CREATE TABLE quarantined (
    device      TEXT    NOT NULL,
    device_seq  INTEGER NOT NULL,
    payload     TEXT    NOT NULL,
    signature   TEXT    NOT NULL,
    received_at INTEGER NOT NULL,
    UNIQUE (device, device_seq, payload)
) STRICT;

CREATE TABLE hole (
    device      TEXT    NOT NULL,
    from_seq    INTEGER NOT NULL,
    to_seq      INTEGER NOT NULL,
    found_at    INTEGER NOT NULL,
    PRIMARY KEY (device, from_seq)
) STRICT;

CREATE TABLE file (
    hash        TEXT    NOT NULL PRIMARY KEY,
    size        INTEGER NOT NULL,
    mime        TEXT    NOT NULL,
    complete_at INTEGER
) STRICT;
CREATE TABLE file_record (
    hash        TEXT    NOT NULL,
    record_id   TEXT    NOT NULL,
    PRIMARY KEY (hash, record_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE user (
    login         TEXT    NOT NULL PRIMARY KEY,
    person        TEXT    NOT NULL UNIQUE,
    role          TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE session (
    token_hash  TEXT    NOT NULL PRIMARY KEY,
    login       TEXT    NOT NULL,
    csrf        TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE enrolment_code (
    code_hash   TEXT    NOT NULL PRIMARY KEY,
    person      TEXT    NOT NULL,
    valid_until INTEGER NOT NULL,
    used_at     INTEGER
) STRICT;

-- Archive numbers 存-YYMM-NNNN without gaps.
CREATE TABLE archive_count (
    month       TEXT    NOT NULL PRIMARY KEY,
    last        INTEGER NOT NULL
) STRICT;

CREATE TABLE audit (
    id          INTEGER NOT NULL PRIMARY KEY,
    at          INTEGER NOT NULL,
    by_person   TEXT,
    action      TEXT    NOT NULL,
    about       TEXT    NOT NULL
) STRICT;
CREATE TRIGGER audit_is_append_only_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_is_append_only_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
