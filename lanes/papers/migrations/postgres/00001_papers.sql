-- +goose Up
CREATE TABLE papers_keys (
	name   TEXT PRIMARY KEY,
	secret BYTEA NOT NULL
);

-- Times are Unix microseconds, 0: not yet; the deadline is in milliseconds, as in the document.
CREATE TABLE papers (
	id           TEXT PRIMARY KEY,
	owner        TEXT NOT NULL, -- user id; '': whoever has the link
	idem         TEXT NOT NULL, -- hash of who made it with which Idempotency-Key; '': none
	state        TEXT NOT NULL, -- open, closed, delivered, gone
	title        TEXT NOT NULL,
	recipient    TEXT NOT NULL,
	theme        TEXT NOT NULL,
	size         TEXT NOT NULL,
	deadline     BIGINT NOT NULL,
	zone         TEXT NOT NULL,
	writers      TEXT NOT NULL,
	invited      TEXT NOT NULL, -- JSON
	mail         TEXT NOT NULL,
	mailed       TEXT NOT NULL,
	lang         TEXT NOT NULL,
	document     TEXT NOT NULL, -- the last board once it is closed; before, the one that it began with; '': an empty one
	notes        BIGINT NOT NULL,
	loose_at     BIGINT NOT NULL, -- since when there may be images that nothing shows; 0: none
	created_at   BIGINT NOT NULL,
	closed_at    BIGINT NOT NULL,
	delivered_at BIGINT NOT NULL,
	ends_at      BIGINT NOT NULL
);
CREATE UNIQUE INDEX papers_idem ON papers (idem) WHERE idem <> '';
CREATE INDEX papers_owner ON papers (owner, created_at, id) WHERE owner <> '';
CREATE INDEX papers_ends ON papers (ends_at);
CREATE INDEX papers_deadline ON papers (deadline) WHERE state = 'open' AND deadline <> 0;
CREATE INDEX papers_loose ON papers (loose_at) WHERE loose_at <> 0;

-- Links are kept as hashes.
CREATE TABLE papers_links (
	hash  TEXT PRIMARY KEY,
	paper TEXT NOT NULL,
	kind  TEXT NOT NULL -- o, w, r
);
CREATE INDEX papers_links_paper ON papers_links (paper);

CREATE TABLE papers_reports (
	paper  TEXT NOT NULL,
	note   TEXT NOT NULL,
	author TEXT NOT NULL, -- who reported
	reason TEXT NOT NULL,
	at     BIGINT NOT NULL,
	PRIMARY KEY (paper, note, author)
);

-- +goose Down
DROP TABLE papers_reports;
DROP TABLE papers_links;
DROP TABLE papers;
DROP TABLE papers_keys;
