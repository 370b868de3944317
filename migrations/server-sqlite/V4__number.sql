-- Every number of an order or a receipt, once: who drew it and what became of it. Numbers of orders that came before this table are
-- taken over from their facts; a number that two documents bear keeps its first claim here, the second is a finding.
CREATE TABLE number (
    number     TEXT    NOT NULL PRIMARY KEY,
    -- The enrolment whose prefix it bears, its mark and place in the sequence; empty for a number of no known device.
    device     TEXT,
    mark       TEXT    NOT NULL,
    count      INTEGER NOT NULL,
    -- What it stands on, e.g. the order; empty where only its voiding was heard of.
    owner      TEXT,
    -- `drawn`, `sealed`, `void`.
    state      TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    by_person  TEXT    NOT NULL,
    job        TEXT,
    claimed_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX number_by_device ON number (device, mark, count);
CREATE INDEX number_by_change ON number (changed_at);

INSERT OR IGNORE INTO number (number, device, mark, count, owner, state, reason, by_person, job, claimed_at, changed_at)
SELECT n.number, d.id, 'GD', CAST(substr(n.number, length('GD-' || d.number_prefix || '-') + 6) AS INTEGER), n.owner, 'sealed', '',
       n.by_person, n.job, n.received_at, n.received_at
FROM (SELECT json_extract(r.body, '$.fact.body.order_no') AS number, json_extract(r.body, '$.fact.body.order') AS owner,
             f.by_person, f.job, f.received_at
      FROM fact f JOIN record r ON r.id = 'fact:' || f.id WHERE f.kind = 'order_sealed' ORDER BY f.received_at) n
JOIN device d ON n.number LIKE 'GD-' || d.number_prefix || '-%';
