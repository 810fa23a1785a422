-- +goose Up

-- The logs there are. A channel that is forgotten or begins anew gets another id: none is used twice.
CREATE TABLE hotlane_live_channels (
	id    INTEGER PRIMARY KEY AUTOINCREMENT,
	name  TEXT    NOT NULL UNIQUE,
	epoch TEXT    NOT NULL,
	floor INTEGER NOT NULL DEFAULT 0, -- the last offset whose entry is forgotten; 0: none
	made  INTEGER NOT NULL            -- Unix milliseconds; where there is no entry, later also when it was last seen open
);

-- What one commit brought for one channel: the entries from first to last.
CREATE TABLE hotlane_live_packs (
	channel INTEGER NOT NULL,
	first   INTEGER NOT NULL,
	last    INTEGER NOT NULL,
	body    BLOB    NOT NULL,
	PRIMARY KEY (channel, first)
);

-- What the log up to an offset folds to.
CREATE TABLE hotlane_live_checkpoints (
	channel INTEGER PRIMARY KEY,
	at      INTEGER NOT NULL, -- the offset
	writers BLOB    NOT NULL, -- whose operations are done
	room    BLOB              -- the lane's; NULL: it has none
);

-- +goose Down
DROP TABLE hotlane_live_checkpoints;
DROP TABLE hotlane_live_packs;
DROP TABLE hotlane_live_channels;
