package identity

import (
	"context"
	"crypto/sha256"
	"embed"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotlane/hotlane/platform/db"
)

//go:embed migrations
var migrations embed.FS

// Database is the name of the database that keys and sessions are kept in.
const Database = "hotlane"

// Migrations has the subfolders sqlite/ and postgres/ for Database.
func Migrations() fs.FS {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil { // the folder is embedded: cannot happen
		panic(err)
	}
	return sub
}

// Deps is what an Authenticator works with.
type Deps struct {
	Log     *slog.Logger
	Now     func() time.Time
	DB      *db.DB                                 // of the name Database
	Metrics prometheus.Registerer                  // nil: not counted
	Refuse  func(w http.ResponseWriter, err error) // answers a fault as a problem: httpio.WriteProblem
	Client  func(r *http.Request) netip.Addr       // whose attempts are counted; nil: the peer
	Secure  func(r *http.Request) bool             // whether the client came over TLS; nil: whether the peer did
}

// Authenticator says who made a request. It works after Start.
type Authenticator struct {
	cfg      Config
	d        Deps
	store    store
	keys     []key // written by Start only
	tokens   *verifier
	revoked  *revocations
	attempts *attempts
	csrf     *http.CrossOriginProtection
	failures *prometheus.CounterVec
}

// New checks the config. It does no I/O.
func New(cfg Config, d Deps) (*Authenticator, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if d.Client == nil {
		d.Client = peer
	}
	if d.Secure == nil {
		d.Secure = func(r *http.Request) bool { return r.TLS != nil }
	}
	a := &Authenticator{
		cfg: cfg, d: d, store: store{db: d.DB},
		attempts: newAttempts(cfg.Attempts, d.Now), revoked: newRevocations(),
		csrf: http.NewCrossOriginProtection(),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hotlane_identity_failures_total", Help: "Requests refused for who made them, by reason.",
		}, []string{"reason"}),
	}
	if d.Metrics != nil {
		if err := d.Metrics.Register(a.failures); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// Start reads what is revoked, and the keys, from config or from the database, and makes those that are in neither. The clear text of the made ones is
// returned, for the only time.
func (a *Authenticator) Start(ctx context.Context) (Generated, error) {
	var made Generated
	for _, k := range []struct {
		access Access
		text   string
		file   string
		made   *string
	}{
		{Admin, a.cfg.AdminKey.Reveal(), a.cfg.AdminKeyFile, &made.Admin},
		{Service, a.cfg.ServiceKey.Reveal(), a.cfg.ServiceKeyFile, &made.Service},
	} {
		hash, clear, err := a.loadKey(ctx, k.access, k.text, k.file)
		if err != nil {
			return Generated{}, err
		}
		*k.made = clear
		a.keys = append(a.keys, key{access: k.access, hash: hash})
	}
	if a.cfg.Tokens.Algorithm == "" {
		return made, nil
	}
	v, err := newVerifier(a.cfg.Tokens, a.d.Now, a.revoked)
	if err != nil {
		return made, err
	}
	a.tokens = v
	return made, a.Look(ctx)
}

// Authenticate says who made the request. Without any credential that is the public, without an error; with a wrong one it
// is an Unauthorized or Limited fault, whatever the endpoint.
func (a *Authenticator) Authenticate(r *http.Request) (Caller, error) {
	c, err := a.authenticate(r)
	if err != nil {
		a.refused(r, err)
	}
	return c, err
}

func (a *Authenticator) authenticate(r *http.Request) (Caller, error) {
	if token, ok := bearer(r); ok {
		return a.credential(r, token, a.tokens)
	}
	if k := r.Header.Get("X-Api-Key"); k != "" {
		return a.credential(r, k, nil)
	}
	return a.session(r)
}

// credential is the caller that a key or token shows. A wrong token does not count as an attempt: a whole mobile network may send
// expired ones from one address.
func (a *Authenticator) credential(r *http.Request, text string, tokens *verifier) (Caller, error) {
	if len(text) > maxToken {
		return Caller{}, errToken
	}
	sum := sha256.Sum256([]byte(text))
	if looksLikeJWT(text) {
		if tokens == nil {
			return Caller{}, errToken
		}
		one, err := tokens.verify(text, sum)
		if err != nil {
			return Caller{}, err
		}
		return Caller{Access: User, ID: one.id}, nil
	}
	from := a.d.Client(r)
	if !guessProof(text) {
		if wait := a.attempts.wait(from); wait > 0 {
			return Caller{}, errAttempts.After(wait)
		}
	}
	if access, ok := a.match(sum); ok {
		return Caller{Access: access, ID: access.String()}, nil
	}
	a.attempts.failed(from)
	return Caller{}, errKey
}
