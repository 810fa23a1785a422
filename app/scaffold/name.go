package scaffold

import (
	"fmt"
	"go/doc"
	"go/token"
	"regexp"
	"slices"
)

// NameError is a name that no lane can have, and why.
type NameError struct{ Name, Why string }

func (e *NameError) Error() string {
	return fmt.Sprintf("a lane cannot be called %q: %s", e.Name, e.Why)
}

// A lane's name is also its folder, package, config section, database and metric label.
var namePattern = regexp.MustCompile(`^[a-z][a-z0-9]{0,30}$`)

const nameRule = "the name must be one word of small letters and digits, up to 31, and begin with a letter"

// taken are names with another meaning: of the program's databases, sections, commands and packages.
var taken = []string{
	"hotlane", "none", "lane", "lanes", "lanename", "main", "internal", "vendor", "testdata", "app", "web", "test", "new", "help",
	"serve", "demo", "check", "routes", "migrate", "backup", "restore", "version", "generate", "jobs",
	"listen", "data", "url", "mode", "shutdown", "edge", "db", "identity", "admit", "telemetry", "cache", "mail", "init",
}

func checkName(name string) error {
	switch {
	case !namePattern.MatchString(name):
		return &NameError{name, nameRule}
	case token.IsKeyword(name) || doc.IsPredeclared(name):
		return &NameError{name, "it is a word of the language Go"}
	case slices.Contains(taken, name):
		return &NameError{name, "the name stands for something else in Hotlane"}
	}
	return nil
}
