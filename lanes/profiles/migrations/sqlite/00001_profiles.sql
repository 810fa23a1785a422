-- +goose Up
-- Times are unix microseconds. Texts are compared byte by byte.
CREATE TABLE profiles (
	source    TEXT    NOT NULL,
	id        TEXT    NOT NULL,
	username  TEXT    NOT NULL,                   -- as the source writes it
	name      TEXT,                               -- the username folded; NULL: somebody else has it now
	document  TEXT    NOT NULL,                   -- byte for byte; json_extract(document, '$.…') for those who ask the database
	queryable BOOLEAN NOT NULL,                   -- whether PostgreSQL's JSONB could hold the document
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
	source    TEXT    NOT NULL,
	id        TEXT    NOT NULL,
	since     BIGINT  NOT NULL,
	until     BIGINT  NOT NULL,
	username  TEXT    NOT NULL,
	document  TEXT    NOT NULL,
	PRIMARY KEY (source, id, since)
);
CREATE TABLE names (                              -- usernames, present and former, with who had them last
	source    TEXT    NOT NULL,
	name      TEXT    NOT NULL,
	id        TEXT    NOT NULL,
	seen      BIGINT  NOT NULL,
	PRIMARY KEY (source, name)
);
CREATE INDEX names_id ON names (source, id);
CREATE TABLE fields (                             -- what profiles are searched by
	source    TEXT    NOT NULL,
	id        TEXT    NOT NULL,
	name      TEXT    NOT NULL,
	value     TEXT    NOT NULL,
	PRIMARY KEY (source, id, name)
);
CREATE INDEX fields_value ON fields (source, name, value, id);
CREATE TABLE fetches (                            -- who is asking the source just now, and what came of it where nothing did
	source    TEXT    NOT NULL,
	key       TEXT    NOT NULL,
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
	pointer   TEXT    NOT NULL,
	was       TEXT    NOT NULL,
	now_is    TEXT    NOT NULL,
	first     BIGINT  NOT NULL,
	last      BIGINT  NOT NULL,
	documents BIGINT  NOT NULL,
	PRIMARY KEY (source, kind, pointer)
);
CREATE TABLE erasures (                           -- who must not come back: keyed hashes, not names
	mark      BLOB    PRIMARY KEY,
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
	data      BLOB    NOT NULL
);

-- +goose Down
DROP TABLE secrets;
DROP TABLE erasure_count;
DROP TABLE erasures;
DROP TABLE drift;
DROP TABLE sources;
DROP TABLE fetches;
DROP TABLE fields;
DROP TABLE names;
DROP TABLE versions;
DROP TABLE profiles;
