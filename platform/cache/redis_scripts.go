package cache

import (
	_ "embed"

	"github.com/redis/rueidis"
)

var (
	//go:embed lua/add.lua
	addLua string
	//go:embed lua/take.lua
	takeLua string
	//go:embed lua/fill.lua
	fillLua string
	//go:embed lua/free.lua
	freeLua string
)

// scripts are sent by their hashes; a server that does not know one, after a restart or a failover, is sent its text.
type scripts struct{ add, take, fill, free *rueidis.Lua }

func newScripts() scripts {
	return scripts{
		add: rueidis.NewLuaScript(addLua), take: rueidis.NewLuaScript(takeLua),
		fill: rueidis.NewLuaScript(fillLua), free: rueidis.NewLuaScript(freeLua),
	}
}
