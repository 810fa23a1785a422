-- +goose Up
CREATE TABLE notes (
	id      INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice
	owner   TEXT    NOT NULL,
	text    TEXT    NOT NULL,
	written INTEGER NOT NULL, -- Unix microseconds
	edited  INTEGER NOT NULL  -- 0: never
);
CREATE INDEX notes_owner ON notes (owner);

-- +goose Down
DROP TABLE notes;
