-- After the server was restored: records that are held here and that it has not sent again yet. What is left when everything was
-- pulled is offered to the office. `record` as in `membership`, and `retraction`.
CREATE TABLE unconfirmed (
    record TEXT NOT NULL,
    id     TEXT NOT NULL,
    PRIMARY KEY (record, id)
) STRICT, WITHOUT ROWID;
