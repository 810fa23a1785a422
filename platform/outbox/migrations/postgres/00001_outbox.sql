-- +goose Up

-- Who listens to which topic of this database.
CREATE TABLE hotlane_listeners (
	topic    TEXT    NOT NULL,
	listener TEXT    NOT NULL, -- the name of its database
	since    BIGINT NOT NULL, -- Unix microseconds
	seen     BIGINT NOT NULL, -- when a process that serves it was last there
	PRIMARY KEY (topic, listener)
);

-- What this database has told and a listener has not yet handled: a row for each event and listener.
CREATE TABLE hotlane_outbox (
	seq      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	topic    TEXT    NOT NULL,
	listener TEXT    NOT NULL,
	id       TEXT    NOT NULL, -- of the event
	at       BIGINT NOT NULL, -- Unix microseconds, as all times here
	body     TEXT    NOT NULL, -- JSON; it stays as it is byte for byte
	attempts BIGINT NOT NULL DEFAULT 0, -- that failed
	due      BIGINT NOT NULL DEFAULT 0, -- not before
	parked   BIGINT NOT NULL DEFAULT 0, -- when it was given up; 0: it was not
	error    TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX hotlane_outbox_waiting ON hotlane_outbox (topic, listener, seq) WHERE parked = 0;
CREATE INDEX hotlane_outbox_parked ON hotlane_outbox (parked) WHERE parked <> 0;

-- Which process works on the rows of a topic and listener just now.
CREATE TABLE hotlane_leases (
	topic    TEXT    NOT NULL,
	listener TEXT    NOT NULL,
	owner    TEXT    NOT NULL,
	until    BIGINT NOT NULL,
	PRIMARY KEY (topic, listener)
);

-- What this database has heard of and handled, written with its effect.
CREATE TABLE hotlane_inbox (
	id      TEXT    NOT NULL PRIMARY KEY,
	topic   TEXT    NOT NULL,
	handled BIGINT NOT NULL
);
CREATE INDEX hotlane_inbox_handled ON hotlane_inbox (topic, handled);

-- +goose Down
DROP TABLE hotlane_inbox;
DROP TABLE hotlane_leases;
DROP TABLE hotlane_outbox;
DROP TABLE hotlane_listeners;
