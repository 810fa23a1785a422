package identity

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Subscription reads a token by which the existing backend lets a user into one live channel: signed as its users' tokens are, with the
// channel in the claim "channel". user is empty where the token names none: then whoever shows it may be in. until is the zero time
// where it does not expire. Refusals are Unauthorized.
func (a *Authenticator) Subscription(_ context.Context, token string) (user, channel string, until time.Time, err error) {
	if a.tokens == nil || len(token) > maxToken || !looksLikeJWT(token) {
		return "", "", time.Time{}, errToken
	}
	return a.tokens.subscription(token)
}

func (v *verifier) subscription(text string) (user, channel string, until time.Time, err error) {
	claims, err := v.claims(text)
	if err != nil {
		return "", "", time.Time{}, err
	}
	channel, _ = claims["channel"].(string)
	if channel == "" {
		return "", "", time.Time{}, errToken.Because(errors.New("claim channel: must be the channel's name"))
	}
	if claim, ok := claims[v.cfg.Claim]; ok {
		if user, err = userID(claim); err != nil {
			return "", "", time.Time{}, errToken.Because(fmt.Errorf("claim %s: %w", v.cfg.Claim, err))
		}
	}
	issued, until, err := v.times(claims, v.now())
	if err == nil && user != "" && v.revoked.covers(user, issued) {
		err = errRevoked
	}
	if err != nil {
		return "", "", time.Time{}, err
	}
	return user, channel, until, nil
}
