package allocation

// reason is why an item did not win. The order is that of the checks.
type reason uint8

const (
	reasonNone reason = iota
	// Why an item is not in the engine at all.
	reasonKilled
	reasonPaused
	reasonNoCreative
	reasonEnded
	// Why it is not one for this placement or request.
	reasonPlacement
	reasonTier
	reasonFloor
	reasonTargeting
	// Why it was passed over.
	reasonExcluded
	reasonChosen
	reasonAdvertiser
	reasonDates
	reasonDaypart
	reasonNoUser
	reasonCapLineItem
	reasonCapCampaign
	reasonCapCreative
	reasonCapsFull
	reasonCapsUnwritten
	reasonBudget
	reasonPacing
	reasonLease
	reasonOutranked
	reasons
)

var reasonNames = [reasons]string{
	"", "killed", "paused", "no_creative", "ended", "placement", "tier", "floor", "targeting",
	"excluded", "chosen_already", "advertiser_repeated", "dates", "daypart", "no_user",
	"cap_line_item", "cap_campaign", "cap_creative", "caps_full", "caps_unwritten", "budget", "pacing", "lease_pending", "outranked",
}

// reasonTexts say the same to a person.
var reasonTexts = [reasons]string{
	"", "it, its campaign or its advertiser was killed", "it, its campaign, its advertiser or the placement is paused",
	"it has no active creative", "its time is over", "it is not for this placement", "the placement does not take its tier",
	"its effective CPM is below the placement's floor", "its targeting does not match",
	"the request excludes it", "it stands in the answer already", "its advertiser stands in the answer already",
	"it has not started, or is over", "it does not run at this hour", "it has a frequency cap, and the request names no user",
	"the user has seen it as often as its cap allows", "the user has seen its campaign as often as the cap allows",
	"the user has seen its creatives as often as their caps allow", "there is no room to keep another user's caps",
	"it has a frequency cap, which cannot be written down just now",
	"its budget is spent or reserved", "its pacing holds it back for now", "a lease of its budget is on the way",
	"better ones filled the slots",
}

func (r reason) String() string { return reasonNames[r] }
