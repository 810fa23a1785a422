-- +goose Up
CREATE TABLE notes (
	id      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- never given twice
	owner   TEXT   NOT NULL,
	text    TEXT   NOT NULL,
	written BIGINT NOT NULL, -- Unix microseconds
	edited  BIGINT NOT NULL  -- 0: never
);
CREATE INDEX notes_owner ON notes (owner);

-- +goose Down
DROP TABLE notes;
