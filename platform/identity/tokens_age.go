package identity

import (
	"crypto/sha256"
	"errors"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// verified is what is known of a token that was verified.
type verified struct {
	id     string
	issued time.Time // the zero time: it does not say
	end    time.Time // from then on it is refused; the zero time: never
	until  time.Time // it must be verified again
}

var (
	errTooLong  = errors.New("it does not say when it was issued (iat), and would live longer than tokens.longest from now")
	errNotToken = errors.New("it has not the form of a token, or none are configured")
	errTooOld   = errors.New("it was issued longer ago than tokens.longest")
)

// times reads when a token was issued and when it ends. Where tokens.longest bounds it, none is valid for longer, so that revocations end too.
func (v *verifier) times(claims jwt.MapClaims, now time.Time) (issued, end time.Time, err error) {
	exp, err := claims.GetExpirationTime()
	if err != nil {
		return issued, end, errToken.Because(err)
	}
	if exp != nil {
		end = exp.Add(v.cfg.Leeway)
	}
	iat, err := claims.GetIssuedAt()
	switch {
	case err != nil:
		return issued, end, errToken.Because(err)
	case iat == nil && exp != nil && v.cfg.Longest > 0 && end.Sub(now) > v.cfg.Longest+2*v.cfg.Leeway:
		return issued, end, errToken.Because(errTooLong)
	case iat == nil:
		return issued, end, nil
	}
	issued = iat.Time
	if last := issued.Add(v.cfg.Longest + v.cfg.Leeway); v.cfg.Longest > 0 && (end.IsZero() || last.Before(end)) {
		end = last
	}
	if !end.IsZero() && !now.Before(end) {
		return issued, end, errExpired.Because(errTooOld)
	}
	return issued, end, nil
}

// token is the user of a token, if it is one.
func (a *Authenticator) token(text string) (Caller, time.Time, error) {
	if a.tokens == nil || len(text) > maxToken || !looksLikeJWT(text) {
		return Caller{}, time.Time{}, errToken.Because(errNotToken)
	}
	one, err := a.tokens.verify(text, sha256.Sum256([]byte(text)))
	if err != nil {
		return Caller{}, time.Time{}, err
	}
	return Caller{Access: User, ID: one.id}, one.end, nil
}
