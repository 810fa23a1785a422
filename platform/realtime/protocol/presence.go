package protocol

// PresenceRequest asks who is in a channel.
type PresenceRequest struct{ Channel string }

// PresenceResult answers a [PresenceRequest]. On the wire it is a map by Client.
type PresenceResult struct{ Presence []ClientInfo }

// PresenceStatsRequest asks how many are in a channel.
type PresenceStatsRequest struct{ Channel string }

// PresenceStatsResult answers a [PresenceStatsRequest].
type PresenceStatsResult struct {
	NumClients uint32
	NumUsers   uint32
}
