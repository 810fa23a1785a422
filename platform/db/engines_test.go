//go:build !integration

package db_test

func benchEngines() []benchEngine { return []benchEngine{{"sqlite", sqliteConfig}} }
