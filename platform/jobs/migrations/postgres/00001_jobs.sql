-- +goose Up
-- The jobs themselves are in River's tables (river_job), which its own migrations make in the same schema.
CREATE TABLE hotlane_job_periods (
    kind TEXT   NOT NULL PRIMARY KEY,
    due  BIGINT NOT NULL -- unix microseconds: when the next one is added
);

-- +goose Down
DROP TABLE hotlane_job_periods;
