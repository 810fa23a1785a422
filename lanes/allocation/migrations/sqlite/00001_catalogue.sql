-- +goose Up
-- Every thing is one row: what is looked up or joined on is a column, the rest is the document.
CREATE TABLE things (
	num        INTEGER PRIMARY KEY AUTOINCREMENT, -- the short name that tokens and counters carry; never reused
	kind       TEXT    NOT NULL,
	id         TEXT    NOT NULL,
	parent     TEXT    NOT NULL DEFAULT '',
	status     TEXT    NOT NULL,
	source     TEXT    NOT NULL DEFAULT '',       -- which old database it comes from; empty: made here
	held       TEXT    NOT NULL DEFAULT '',       -- what its source says of its status while an operator has it paused; empty: no operator has
	revision   INTEGER NOT NULL,
	doc        TEXT    NOT NULL,
	created_at INTEGER NOT NULL,                  -- unix milliseconds, as all times here
	updated_at INTEGER NOT NULL,
	UNIQUE (kind, id)
);
CREATE INDEX things_revision ON things (revision);
CREATE INDEX things_parent ON things (kind, parent, id);
CREATE TABLE catalogue (
	one      INTEGER PRIMARY KEY CHECK (one = 1),
	revision INTEGER NOT NULL
);
INSERT INTO catalogue VALUES (1, 0);
CREATE TABLE audit (
	seq      INTEGER PRIMARY KEY AUTOINCREMENT,
	at       INTEGER NOT NULL,
	actor    TEXT    NOT NULL,
	action   TEXT    NOT NULL,
	kind     TEXT    NOT NULL,
	id       TEXT    NOT NULL,
	before   TEXT    NOT NULL DEFAULT '',
	after    TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX audit_thing ON audit (kind, id, seq);
CREATE TABLE secrets (
	name TEXT PRIMARY KEY,
	data BLOB NOT NULL
);

-- +goose Down
DROP TABLE secrets;
DROP TABLE audit;
DROP TABLE catalogue;
DROP TABLE things;
