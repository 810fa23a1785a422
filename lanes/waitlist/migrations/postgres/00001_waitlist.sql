-- +goose Up
CREATE TABLE waitlist_keys (
	name   TEXT PRIMARY KEY,
	secret BYTEA NOT NULL
);

-- Lists are documents: the API's JSON.
CREATE TABLE waitlist_lists (
	slug       TEXT COLLATE "C" PRIMARY KEY,
	document   TEXT NOT NULL,
	revision   BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL
);

-- The one row that whoever changes a list's order holds: it hands out the places, and no two waves pass the cap.
CREATE TABLE waitlist_queues (
	list    TEXT COLLATE "C" PRIMARY KEY,
	seq     BIGINT NOT NULL,
	waiting BIGINT NOT NULL,
	invited BIGINT NOT NULL
);

-- How many wait in each 1024 scores: a position is the sum of these before it, and a count within one.
CREATE TABLE waitlist_buckets (
	list    TEXT COLLATE "C" NOT NULL,
	bucket  BIGINT NOT NULL,
	waiting BIGINT NOT NULL,
	PRIMARY KEY (list, bucket)
);

-- Times are Unix microseconds, 0: not yet.
CREATE TABLE waitlist_signups (
	list            TEXT COLLATE "C" NOT NULL,
	id              TEXT COLLATE "C" NOT NULL,
	address         TEXT COLLATE "C" NOT NULL,
	stage           TEXT NOT NULL,
	name            TEXT NOT NULL,
	fields          TEXT NOT NULL,
	lang            TEXT NOT NULL,
	source          TEXT NOT NULL,
	utm_source      TEXT NOT NULL,
	utm_medium      TEXT NOT NULL,
	utm_campaign    TEXT NOT NULL,
	network         TEXT NOT NULL,
	ref             TEXT NOT NULL,
	code            TEXT COLLATE "C" NOT NULL DEFAULT '',
	mailbox         TEXT COLLATE "C" NOT NULL DEFAULT '',
	referrer        TEXT COLLATE "C" NOT NULL DEFAULT '',
	referrals       BIGINT NOT NULL DEFAULT 0,
	seq             BIGINT NOT NULL DEFAULT 0,
	score           BIGINT NOT NULL DEFAULT 0,
	wave            TEXT NOT NULL DEFAULT '',
	wants           BIGINT NOT NULL,
	mailed_at       BIGINT NOT NULL,
	bounced_at      BIGINT NOT NULL DEFAULT 0,
	created_at      BIGINT NOT NULL,
	confirmed_at    BIGINT NOT NULL DEFAULT 0,
	invited_at      BIGINT NOT NULL DEFAULT 0,
	unsubscribed_at BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (list, id)
);
-- The address comes first: while the planner knows nothing of a new table, an index that begins with the list looks to it as good a way
-- to one sign-up as the primary key, and it would read the whole list for it.
CREATE UNIQUE INDEX waitlist_signups_address ON waitlist_signups (address, list);
-- These cost a sign-up nothing: rows enter them when they are confirmed.
CREATE INDEX waitlist_signups_queue ON waitlist_signups (list, score, seq DESC) WHERE stage = 'waiting';
CREATE UNIQUE INDEX waitlist_signups_code ON waitlist_signups (list, code) WHERE code <> '';
CREATE INDEX waitlist_signups_mailbox ON waitlist_signups (list, mailbox) WHERE mailbox <> '';
CREATE INDEX waitlist_signups_referrer ON waitlist_signups (list, referrer, network) WHERE referrer <> '';

-- The consent ledger: rows are added only. An erasure takes the network out of them and adds the row that has the subject.
CREATE TABLE waitlist_consents (
	list      TEXT COLLATE "C" NOT NULL,
	signup    TEXT COLLATE "C" NOT NULL,
	at        BIGINT NOT NULL,
	consent   TEXT NOT NULL,
	action    TEXT NOT NULL,
	version   BIGINT NOT NULL,
	text_hash TEXT NOT NULL,
	lang      TEXT NOT NULL,
	how       TEXT NOT NULL,
	network   TEXT NOT NULL,
	subject   TEXT COLLATE "C" NOT NULL DEFAULT '',
	PRIMARY KEY (list, signup, at, consent, action)
);
CREATE INDEX waitlist_consents_subject ON waitlist_consents (subject) WHERE subject <> '';

-- Every text that anybody agreed to, by its hash.
CREATE TABLE waitlist_texts (
	hash    TEXT COLLATE "C" NOT NULL,
	list    TEXT COLLATE "C" NOT NULL,
	consent TEXT NOT NULL,
	version BIGINT NOT NULL,
	lang    TEXT NOT NULL,
	text    TEXT NOT NULL,
	PRIMARY KEY (hash, list, consent, version, lang)
);

-- Whom nobody may write to any more: the hash of an address, and a list, or '' for all.
CREATE TABLE waitlist_erased (
	subject TEXT COLLATE "C" NOT NULL,
	list    TEXT COLLATE "C" NOT NULL,
	at      BIGINT NOT NULL,
	PRIMARY KEY (subject, list)
);

CREATE TABLE waitlist_waves (
	list        TEXT COLLATE "C" NOT NULL,
	name        TEXT NOT NULL,
	count       BIGINT NOT NULL,
	invited     BIGINT NOT NULL,
	created_at  BIGINT NOT NULL,
	finished_at BIGINT NOT NULL,
	PRIMARY KEY (list, name)
);
