package app

import _ "time/tzdata" // budget days and dayparts need the zones on machines that have none
