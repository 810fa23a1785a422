-- +goose Up
CREATE TABLE keys (
    name       TEXT   NOT NULL PRIMARY KEY, -- admin, service
    hash       TEXT   NOT NULL,             -- SHA-256 of the key, hex; the key itself is nowhere
    created_at INTEGER NOT NULL              -- unix seconds
);

CREATE TABLE sessions (
    hash       TEXT   NOT NULL PRIMARY KEY, -- SHA-256 of the cookie's token, hex
    key_hash   TEXT   NOT NULL,             -- the key that opened it: a changed key ends its sessions
    expires_at INTEGER NOT NULL              -- unix seconds
);
CREATE INDEX sessions_expires_at ON sessions (expires_at);

-- +goose Down
DROP TABLE sessions;
DROP TABLE keys;
