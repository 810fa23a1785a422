-- +goose Up
-- What the blobs of each group come to: the row that whoever puts one holds.
CREATE TABLE hotlane_blob_groups (
	name  TEXT PRIMARY KEY,
	bytes BIGINT NOT NULL,
	blobs BIGINT NOT NULL
);

CREATE TABLE hotlane_blobs (
	grp     TEXT NOT NULL,
	id      TEXT NOT NULL,
	kind    TEXT NOT NULL,
	size    BIGINT NOT NULL,
	sha256  TEXT NOT NULL,
	kept_at BIGINT NOT NULL, -- Unix microseconds
	PRIMARY KEY (grp, id)
);

-- Their bytes, 256 KiB a row.
CREATE TABLE hotlane_blob_chunks (
	grp   TEXT NOT NULL,
	id    TEXT NOT NULL,
	place BIGINT NOT NULL, -- from 0
	body  BLOB NOT NULL,
	PRIMARY KEY (grp, id, place)
);

-- +goose Down
DROP TABLE hotlane_blob_chunks;
DROP TABLE hotlane_blobs;
DROP TABLE hotlane_blob_groups;
