-- +goose Up
-- Times are unix microseconds. What is compared byte by byte has the collation "C", as in SQLite.
CREATE TABLE profiles (
	source    TEXT    NOT NULL COLLATE "C",
	id        TEXT    NOT NULL COLLATE "C",
	username  TEXT    NOT NULL,                   -- as the source writes it
	name      TEXT    COLLATE "C",                -- the username folded; NULL: somebody else has it now
	document  TEXT    NOT NULL,                   -- TEXT, not JSONB: it stays byte for byte
	queryable BOOLEAN NOT NULL,                   -- whether JSONB can hold the document: it refuses \u0000 and numbers beyond its range
	body      JSONB   GENERATED ALWAYS AS (CASE WHEN queryable THEN document::jsonb END) STORED, -- for those who ask the database
	card      TEXT    NOT NULL,                   -- the last good one
	drifted   BOOLEAN NOT NULL,                   -- the card is not of this document
	indexed   TEXT    NOT NULL,                   -- what stands in fields, to see whether it changed
	tag       TEXT    NOT NULL,                   -- the source's ETag
	tag_by    TEXT    NOT NULL,                   -- of the answer by username or by id
	fetched   BIGINT  NOT NULL,                   -- when the source last said so
	changed   BIGINT  NOT NULL,                   -- when the document became this one
	gone      BIGINT  NOT NULL DEFAULT 0,         -- when the source said that there is no such person; 0: there is
	PRIMARY KEY (source, id)
);
CREATE UNIQUE INDEX profiles_name ON profiles (source, name);
CREATE TABLE versions (                           -- former documents
	source    TEXT    NOT NULL COLLATE "C",
	id        TEXT    NOT NULL COLLATE "C",
	since     BIGINT  NOT NULL,
	until     BIGINT  NOT NULL,
	username  TEXT    NOT NULL,
	document  TEXT    NOT NULL,
	PRIMARY KEY (source, id, since)
);
CREATE TABLE names (                              -- usernames, present and former, with who had them last
	source    TEXT    NOT NULL COLLATE "C",
	name      TEXT    NOT NULL COLLATE "C",
	id        TEXT    NOT NULL COLLATE "C",
	seen      BIGINT  NOT NULL,
	PRIMARY KEY (source, name)
);
CREATE INDEX names_id ON names (source, id);
CREATE TABLE fields (                             -- what profiles are searched by
	source    TEXT    NOT NULL COLLATE "C",
	id        TEXT    NOT NULL COLLATE "C",
	name      TEXT    NOT NULL COLLATE "C",
	value     TEXT    NOT NULL COLLATE "C",
	PRIMARY KEY (source, id, name)
);
CREATE INDEX fields_value ON fields (source, name, value, id);
CREATE TABLE fetches (                            -- who is asking the source just now, and what came of it where nothing did
	source    TEXT    NOT NULL COLLATE "C",
	key       TEXT    NOT NULL COLLATE "C",
	owner     TEXT    NOT NULL,
	until     BIGINT  NOT NULL,
	answer    TEXT    NOT NULL,                   -- empty: under way
	PRIMARY KEY (source, key)
);
CREATE INDEX fetches_until ON fetches (until);
CREATE TABLE sources (
	name      TEXT    PRIMARY KEY,
	next      BIGINT  NOT NULL DEFAULT 0,         -- the first slot that nobody has taken
	stopped   BIGINT  NOT NULL DEFAULT 0,         -- the source asked to be left alone until then
	shape     TEXT    NOT NULL DEFAULT '{}'
);
CREATE TABLE drift (
	source    TEXT    NOT NULL,
	kind      TEXT    NOT NULL,
	pointer   TEXT    NOT NULL COLLATE "C",
	was       TEXT    NOT NULL,
	now_is    TEXT    NOT NULL,
	first     BIGINT  NOT NULL,
	last      BIGINT  NOT NULL,
	documents BIGINT  NOT NULL,
	PRIMARY KEY (source, kind, pointer)
);
CREATE TABLE erasures (                           -- who must not come back: keyed hashes, not names
	mark      BYTEA   PRIMARY KEY,
	number    BIGINT  NOT NULL,
	at        BIGINT  NOT NULL
);
CREATE INDEX erasures_number ON erasures (number);
CREATE TABLE erasure_count (                      -- locked by each erasure, and shared by whoever writes a profile
	one       BIGINT  PRIMARY KEY CHECK (one = 1),
	n         BIGINT  NOT NULL
);
INSERT INTO erasure_count VALUES (1, 0);
CREATE TABLE secrets (
	name      TEXT    PRIMARY KEY,
	data      BYTEA   NOT NULL
);

-- +goose Down
DROP TABLE secrets, erasure_count, erasures, drift, sources, fetches, fields, names, versions, profiles;
