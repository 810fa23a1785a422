-- +goose Up
CREATE TABLE revocations (
    user_id       TEXT    NOT NULL PRIMARY KEY,
    issued_before INTEGER NOT NULL, -- unix microseconds: the user's tokens from before are refused
    written       INTEGER NOT NULL  -- unix microseconds
);
CREATE INDEX revocations_written ON revocations (written);
CREATE INDEX revocations_issued_before ON revocations (issued_before);

-- +goose Down
DROP TABLE revocations;
