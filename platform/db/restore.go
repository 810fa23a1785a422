package db

func refuseHalfRestored(string) error { return nil }
