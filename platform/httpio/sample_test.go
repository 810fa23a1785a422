package httpio

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/hotlane/hotlane/platform/fault"
)

// A small library, as an app might have one.

type paging struct {
	Limit  int    `query:"limit" default:"20" minimum:"1" maximum:"100" doc:"books on one page"`
	Cursor string `query:"cursor" maxLength:"64" doc:"next of the page before"`
}

type listBooks struct {
	paging
	Tags   []string   `query:"tags" maxItems:"3" minLength:"2" doc:"books that have all of these"`
	Since  *time.Time `query:"since" doc:"changed at or after"`
	Client string     `header:"X-Client-Name" maxLength:"40"`
}

type book struct {
	ID        string         `json:"id"`
	Title     string         `json:"title"`
	Authors   []author       `json:"authors"`
	Price     float64        `json:"price,omitempty" doc:"in euros"`
	Published time.Time      `json:"published"`
	Extra     jsontext.Value `json:"extra,omitempty" doc:"what the shop keeps beside it"`
}

type author struct {
	Name string `json:"name" minLength:"1" maxLength:"80" example:"한강"`
	Born int16  `json:"born,omitempty" minimum:"-3000" maximum:"2100"`
}

type books struct {
	Items []book `json:"items"`
	Next  string `json:"next,omitempty" doc:"cursor of the next page; absent on the last"`
}

type putBook struct {
	ID       string            `path:"id" pattern:"^[a-z0-9-]+$" maxLength:"40"`
	Force    bool              `query:"force"`
	Title    string            `json:"title" minLength:"1" maxLength:"20" doc:"as it stands on the cover"`
	Kind     string            `json:"kind,omitempty" enum:"novel,poems,essay" default:"novel"`
	Authors  []author          `json:"authors" minItems:"1" maxItems:"4"`
	Price    float64           `json:"price,omitempty" minimum:"0" exclusiveMaximum:"10000"`
	Pages    uint16            `json:"pages,omitempty" exclusiveMinimum:"0"`
	Lent     bool              `json:"lent" doc:"required although it may be false"`
	Day      string            `json:"day,omitempty" format:"date"`
	Labels   map[string]string `json:"labels,omitempty" maxProperties:"2"`
	Notes    *string           `json:"notes,omitempty" maxLength:"5"`
	Shelves  map[string]shelf  `json:"shelves,omitempty"`
	Host     netip.Addr        `json:"host,omitzero"`
	Cover    []byte            `json:"cover,omitempty"`
	Modified time.Time         `json:"modified,omitzero"`
	Tree     *branch           `json:"tree,omitempty"`
}

type shelf struct {
	Row int `json:"row" minimum:"1"`
}

type branch struct {
	Name     string   `json:"name" minLength:"1"`
	Children []branch `json:"children,omitempty" maxItems:"2"`
}

func (p *putBook) Validate() []fault.Field {
	if p.Kind == "poems" && p.Price > 100 {
		return []fault.Field{{Pointer: "/price", Rule: "of poems must be at most 100"}}
	}
	return nil
}

type created struct {
	ID string `json:"id"`
}

func (created) Status() int             { return http.StatusCreated }
func (c created) Headers(h http.Header) { h.Set("Location", "/v1/books/"+c.ID) }

func library() []Operation {
	list := JSON(func(context.Context, *listBooks) (*books, error) { return &books{}, nil })
	put := JSON(func(_ context.Context, in *putBook) (*created, error) { return &created{ID: in.ID}, nil })
	remove := JSON(func(context.Context, *struct {
		ID int64 `path:"id" minimum:"1"`
	},
	) (*struct{}, error) {
		return nil, nil
	})
	search := JSON(func(context.Context, *struct {
		Query string  `json:"query" minLength:"1" example:"novels of 2024"`
		Near  []point `json:"near,omitempty"`
	},
	) (*books, error) {
		return &books{}, nil
	})
	cover := HTTP(func(http.ResponseWriter, *http.Request) error { return nil })
	return []Operation{
		{Pattern: "GET /v1/books", Summary: "List books.", Tag: "library", Access: "public", Effect: "read", Class: "normal", Handler: list},
		{Pattern: "PUT /v1/books/{id}", Summary: "Add or replace a book.", Tag: "library", Access: "admin", Effect: "write", Class: "normal", Handler: put},
		{Pattern: "DELETE /v1/books/{id}", Summary: "Take a book away.", Tag: "library", Access: "admin", Effect: "write", Class: "normal", Handler: remove},
		{Pattern: "GET /v1/covers/{path...}", Summary: "A cover, as the printer made it.", Tag: "library", Access: "user", Effect: "read", Class: "bulk", Handler: cover},
		{
			Pattern: "POST /v1/search", Summary: "Find books by what is in them.", Tag: "search", Access: "service", Effect: "read", Class: "critical",
			Description: "Asks the whole catalogue. The answer is the same for the same catalogue and query.", Handler: search,
		},
	}
}

// point is written as [lat, lon].
type point struct{ lat, lon float64 }

func (p *point) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	v, err := d.ReadValue()
	if err != nil {
		return err
	}
	var at [2]float64
	if err := json.Unmarshal(v, &at); err != nil {
		return fault.New(fault.Invalid, "library.point", "A point is [lat, lon].")
	}
	p.lat, p.lon = at[0], at[1]
	return nil
}
