-- A copied device that was enrolled anew: which enrolment it continues. Several copies may continue one.
CREATE TABLE continued (
    device TEXT NOT NULL PRIMARY KEY,
    former TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Changes of a former enrolment that came again under the new one: by their signature, which may come later than that.
CREATE TABLE moved (
    device    TEXT NOT NULL,
    signature TEXT NOT NULL,
    change_id TEXT NOT NULL,
    PRIMARY KEY (device, signature)
) STRICT, WITHOUT ROWID;
