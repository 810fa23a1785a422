// Package arch is the import policy of the house as a test: who may import whom, and why. The rules are data; the test fails on
// what breaks one and on a rule that no longer applies to anything.
package arch

// Policy is every rule of the house. A folder that is not in it is an unknown one.
func Policy() []Rule {
	return []Rule{
		// Who may import whom, beside the standard library and third parties.
		MayImport{
			From: "cmd", Only: []string{"app"},
			Why: "flags, signals and exit codes; what the program is stands in app, so that others can build their own main",
		},
		MayImport{
			From: "app", Except: []string{"cmd", "test", "bench", "examples"},
			Why: "the composition root knows every part, but nothing that is built on it",
		},
		MayImport{
			From: "lane", Only: []string{"lane", "platform", "contract"},
			Why: "the keystone: what a lane is must not depend on any lane",
		},
		MayImport{
			From: "lanes/*", Only: []string{".", "lane", "platform", "contract"},
			Why: "a lane can be read alone: it asks another through an interface of its own and tells it through an event of contract",
		},
		MayImport{
			From: "edge", Only: []string{"edge", "platform"},
			Why: "the front door gets handlers; it does not know what a lane is",
		},
		MayImport{
			From: "platform", Only: []string{"platform"},
			Why: "the platform knows no lane",
		},
		MayImport{
			From: "web", Only: []string{"web", "platform/assets"},
			Why: "pages are files and the shell around them; whoever serves them depends on web. Of the platform it takes what gives a " +
				"file its path and its headers, as every lane with a page does",
		},
		NobodyImports{Folder: "cmd", Why: "a program is an end, not a part"},
		NobodyImports{Folder: "test", Why: "what runs must not depend on what tests it"},
		NobodyImports{Folder: "bench", Why: "what runs must not depend on what measures it"},
		NobodyImports{Folder: "examples", Why: "examples are what a user would write; the house does not stand on them"},

		// Inside a lane.
		Files{
			In: "lanes/*", Named: rulesFiles, MayNotImport: []string{"net/http", "github.com/hotlane/hotlane/platform/db"},
			Why: "the rules of a lane know neither the transport nor the database: they take a Store",
		},
		Files{
			In: "lanes/*", Named: rulesFiles, MayNotUse: []string{"http*.go"},
			Why: "a request flows from http.go to service.go and never back",
		},
		Files{
			In: "lanes/*", Named: []string{"store*.go"}, MayNotUse: []string{"service*.go", "events.go", "http*.go"},
			Why: "nothing calls upward: the store does not know the rules that use it",
		},
		Pure{
			In: "lanes/*/*",
			Beside: []string{
				"github.com/go-json-experiment/json", // a codec: bytes in, values out
				"golang.org/x/image",                 // codecs and kernels: bytes and pixels in and out
			},
			Why: "the heavy algorithms of a lane have no I/O, no clock and no surprises: they can be tested by brute force",
		},

		// Everywhere.
		NoInit{Why: "no init(): what is there is listed in app"},
		NoState{Why: "no registries and globals: what changes belongs to a value that somebody made and somebody stops"},
		FileLength{Most: 600, Why: "a file that does not fit the head is several files"},
		TopFolders{Known: []string{
			"cmd", "app", "lane", "lanes", "platform", "edge", "web", "bench", "deploy", "examples", "test", "docs", "scripts",
		}, Why: "the house has these rooms; a new one needs a rule here and a line in docs/ARCHITECTURE.md"},
	}
}

var rulesFiles = []string{"service*.go", "events.go"}
