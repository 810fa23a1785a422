-- +goose Up
-- What the source of a thing says of its status while an operator has it paused; empty: no operator has.
ALTER TABLE things ADD COLUMN held TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE things DROP COLUMN held;
