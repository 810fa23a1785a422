-- +goose Up
CREATE TABLE hotlane_jobs (
    id      INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, -- never given again
    kind    TEXT    NOT NULL,
    args    TEXT    NOT NULL,            -- JSON, as it was added
    key     TEXT,                        -- one of a kind with this key waits or runs
    state   INTEGER NOT NULL DEFAULT 0,  -- 0 waits, 1 runs, 2 dead; what is done is gone
    due     INTEGER NOT NULL,            -- unix microseconds: not before
    added   INTEGER NOT NULL,            -- unix microseconds
    attempt INTEGER NOT NULL DEFAULT 0,  -- how often it was begun
    owner   TEXT,                        -- the process that runs it
    error   TEXT,                        -- of the last attempt that failed
    died    INTEGER                      -- unix microseconds
);
CREATE INDEX hotlane_jobs_due ON hotlane_jobs (kind, due) WHERE state = 0;
CREATE INDEX hotlane_jobs_running ON hotlane_jobs (owner) WHERE state = 1;
CREATE INDEX hotlane_jobs_dead ON hotlane_jobs (died) WHERE state = 2;
CREATE UNIQUE INDEX hotlane_jobs_key ON hotlane_jobs (kind, key) WHERE key IS NOT NULL AND state < 2;

CREATE TABLE hotlane_job_periods (
    kind TEXT    NOT NULL PRIMARY KEY,
    due  INTEGER NOT NULL -- unix microseconds: when the next one is added
);

-- +goose Down
DROP TABLE hotlane_job_periods;
DROP TABLE hotlane_jobs;
