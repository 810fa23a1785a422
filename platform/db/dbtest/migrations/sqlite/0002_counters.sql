-- +goose Up
INSERT INTO counters (name, n) VALUES ('a', 0), ('b', 0);
