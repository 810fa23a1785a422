package stream

// The statements whose plans matter.
const (
	ForgottenPacks = forgottenPacks
	TrimPacks      = trimPacks
)
