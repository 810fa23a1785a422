-- +goose Up
-- The one process that may grant leases and keep caps; a newer generation fences the older.
CREATE TABLE owner (
	one        INTEGER PRIMARY KEY CHECK (one = 1),
	generation INTEGER NOT NULL,
	node       TEXT    NOT NULL,
	since      INTEGER NOT NULL
);
INSERT INTO owner VALUES (1, 0, '', 0);
-- What budgets are charged with, micros: leases that are open, what was spent of settled ones, and clicks.
CREATE TABLE accounts (
	scope   INTEGER NOT NULL, -- 1: campaign in total (day 0), 2: line item on a day (20260131)
	num     INTEGER NOT NULL,
	day     INTEGER NOT NULL,
	charged INTEGER NOT NULL CHECK (charged >= 0),
	PRIMARY KEY (scope, num, day)
) WITHOUT ROWID;
CREATE TABLE leases (
	id         INTEGER PRIMARY KEY,
	generation INTEGER NOT NULL,
	line_item  INTEGER NOT NULL,
	campaign   INTEGER NOT NULL,
	day        INTEGER NOT NULL,
	amount     INTEGER NOT NULL,
	spent      INTEGER NOT NULL DEFAULT 0,
	usable     INTEGER NOT NULL, -- unix milliseconds until which decisions may draw on it
	expires    INTEGER NOT NULL, -- until which its tokens may be confirmed; then the rest goes back
	CHECK (spent <= amount)
);
CREATE INDEX leases_expires ON leases (expires);
-- Which tokens were seen: one bit each, 4,096 to a row.
CREATE TABLE blocks (
	id      INTEGER PRIMARY KEY,
	expires INTEGER NOT NULL,
	data    BLOB    NOT NULL
);
CREATE INDEX blocks_expires ON blocks (expires);
-- Frequency caps: a log of what happened, and a checkpoint of each shard that says up to where it holds the log.
CREATE TABLE cap_log (
	seq  INTEGER PRIMARY KEY, -- number of the batch
	at   INTEGER NOT NULL,
	data BLOB    NOT NULL
);
CREATE TABLE cap_shards (
	shard INTEGER PRIMARY KEY,
	upto  INTEGER NOT NULL,
	data  BLOB    NOT NULL
);
CREATE TABLE counters (
	hour        INTEGER NOT NULL, -- hours since 1970
	line_item   INTEGER NOT NULL,
	creative    INTEGER NOT NULL,
	placement   INTEGER NOT NULL,
	decisions   INTEGER NOT NULL DEFAULT 0,
	impressions INTEGER NOT NULL DEFAULT 0,
	clicks      INTEGER NOT NULL DEFAULT 0,
	conversions INTEGER NOT NULL DEFAULT 0,
	spend       INTEGER NOT NULL DEFAULT 0, -- micros
	PRIMARY KEY (hour, line_item, creative, placement)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE counters;
DROP TABLE cap_shards;
DROP TABLE cap_log;
DROP TABLE blocks;
DROP TABLE leases;
DROP TABLE accounts;
DROP TABLE owner;
