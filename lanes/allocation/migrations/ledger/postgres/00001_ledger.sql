-- +goose Up
-- The one process that may grant leases and keep caps; a newer generation fences the older.
CREATE TABLE owner (
	one        BIGINT PRIMARY KEY CHECK (one = 1),
	generation BIGINT NOT NULL,
	node       TEXT    NOT NULL,
	since      BIGINT NOT NULL
);
INSERT INTO owner VALUES (1, 0, '', 0);
-- What budgets are charged with, micros: leases that are open, what was spent of settled ones, and clicks.
CREATE TABLE accounts (
	scope   BIGINT NOT NULL, -- 1: campaign in total (day 0), 2: line item on a day (20260131)
	num     BIGINT NOT NULL,
	day     BIGINT NOT NULL,
	charged BIGINT NOT NULL CHECK (charged >= 0),
	PRIMARY KEY (scope, num, day)
);
CREATE TABLE leases (
	id         BIGINT PRIMARY KEY,
	generation BIGINT NOT NULL,
	line_item  BIGINT NOT NULL,
	campaign   BIGINT NOT NULL,
	day        BIGINT NOT NULL,
	amount     BIGINT NOT NULL,
	spent      BIGINT NOT NULL DEFAULT 0,
	usable     BIGINT NOT NULL, -- unix milliseconds until which decisions may draw on it
	expires    BIGINT NOT NULL, -- until which its tokens may be confirmed; then the rest goes back
	CHECK (spent <= amount)
);
CREATE INDEX leases_expires ON leases (expires);
-- Which tokens were seen: one bit each, 4,096 to a row.
CREATE TABLE blocks (
	id      BIGINT PRIMARY KEY,
	expires BIGINT NOT NULL,
	data    BYTEA   NOT NULL
);
CREATE INDEX blocks_expires ON blocks (expires);
-- Frequency caps: a log of what happened, and a checkpoint of each shard that says up to where it holds the log.
CREATE TABLE cap_log (
	seq  BIGINT PRIMARY KEY, -- number of the batch
	at   BIGINT NOT NULL,
	data BYTEA   NOT NULL
);
CREATE TABLE cap_shards (
	shard BIGINT PRIMARY KEY,
	upto  BIGINT NOT NULL,
	data  BYTEA   NOT NULL
);
CREATE TABLE counters (
	hour        BIGINT NOT NULL, -- hours since 1970
	line_item   BIGINT NOT NULL,
	creative    BIGINT NOT NULL,
	placement   BIGINT NOT NULL,
	decisions   BIGINT NOT NULL DEFAULT 0,
	impressions BIGINT NOT NULL DEFAULT 0,
	clicks      BIGINT NOT NULL DEFAULT 0,
	conversions BIGINT NOT NULL DEFAULT 0,
	spend       BIGINT NOT NULL DEFAULT 0, -- micros
	PRIMARY KEY (hour, line_item, creative, placement)
);

-- +goose Down
DROP TABLE counters;
DROP TABLE cap_shards;
DROP TABLE cap_log;
DROP TABLE blocks;
DROP TABLE leases;
DROP TABLE accounts;
DROP TABLE owner;
