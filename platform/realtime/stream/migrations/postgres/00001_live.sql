-- +goose Up

-- The logs there are. A channel that is forgotten or begins anew gets another id: none is used twice.
CREATE TABLE hotlane_live_channels (
	id    BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name  TEXT   NOT NULL UNIQUE,
	epoch TEXT   NOT NULL,
	floor BIGINT NOT NULL DEFAULT 0, -- the last offset whose entry is forgotten; 0: none
	made  BIGINT NOT NULL            -- Unix milliseconds; where there is no entry, later also when it was last seen open
) WITH (fillfactor = 80);

-- What one commit brought for one channel: the entries from first to last.
CREATE TABLE hotlane_live_packs (
	channel BIGINT NOT NULL,
	first   BIGINT NOT NULL,
	last    BIGINT NOT NULL,
	body    BYTEA  NOT NULL,
	PRIMARY KEY (channel, first)
);

-- What the log up to an offset folds to.
CREATE TABLE hotlane_live_checkpoints (
	channel BIGINT PRIMARY KEY,
	at      BIGINT NOT NULL, -- the offset
	writers BYTEA  NOT NULL, -- whose operations are done
	room    BYTEA            -- the lane's; NULL: it has none
);

-- +goose Down
DROP TABLE hotlane_live_checkpoints;
DROP TABLE hotlane_live_packs;
DROP TABLE hotlane_live_channels;
