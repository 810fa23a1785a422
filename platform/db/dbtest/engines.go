//go:build !integration

package dbtest

func engines() []engine { return []engine{{"sqlite", sqlite}} }
