package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
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
	claims := jwt.MapClaims{}
	_, err = v.parser.ParseWithClaims(text, claims, func(*jwt.Token) (any, error) { return v.key, nil })
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return "", "", time.Time{}, errExpired.Because(err)
	case err != nil:
		return "", "", time.Time{}, errToken.Because(err)
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
	if exp, err := claims.GetExpirationTime(); err == nil && exp != nil {
		until = exp.Add(v.cfg.Leeway)
	}
	return user, channel, until, nil
}
