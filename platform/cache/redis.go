package cache

import _ "github.com/redis/rueidis" // the adapter follows
