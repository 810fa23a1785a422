package app

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/web"
)

const componentsPath = "/_hotlane/components"

// components are the routes of the page of all components. In production it is for operators.
func (s *server) components() []lane.Route {
	access := identity.Admin
	if s.demo || s.App.Mode == "development" {
		access = identity.Public
	}
	return []lane.Route{
		{Pattern: "GET " + componentsPath, Summary: "The parts that pages are made of.", Access: access, Handler: httpio.HTTP(componentsPage)},
		{
			Pattern: "POST " + componentsPath, Effect: lane.Write, Summary: "Answers the form among them; keeps nothing.", Access: access,
			Class: admit.Bulk, Limits: lane.Limits{Body: 16 << 10}, Handler: httpio.HTTP(componentsForm),
		},
	}
}

func componentsPage(w http.ResponseWriter, r *http.Request) error {
	return showComponents(w, r, http.StatusOK, web.Posted{})
}

func showComponents(w http.ResponseWriter, r *http.Request, status int, posted web.Posted) error {
	lang := httpio.Language(r)
	body, err := web.Components(lang, posted)
	if err != nil {
		return err
	}
	title := map[string]string{"en": "Components", "ko": "구성 요소"}[lang]
	return page(w, lane.Page{
		Title: title, Lang: lang, Body: body, Use: web.ComponentsUse(), Nav: ownPages(lang, componentsPath), Status: status,
	})
}

// ownPages is the navigation of the program's own pages.
func ownPages(lang, current string) []lane.Link {
	links := []lane.Link{{Title: "API", URL: "/_hotlane/docs"}, {Title: "Components", URL: componentsPath}}
	if lang == "ko" {
		links[1].Title = "구성 요소"
	}
	for i := range links {
		links[i].Current = links[i].URL == current
		links[i].URL += "?lang=" + lang
	}
	return links
}

var (
	errExample = fault.New(fault.Malformed, "components.body", "The body is not what the form sends.")
	errTaken   = fault.New(fault.Invalid, "components.taken", "This address is taken.")
)

const takenAddress = "taken@example.com"

// componentsForm answers the form among the components, both ways: JSON from its module, and a plain post where there is none.
func componentsForm(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Email string `json:"email"`
	}
	plain := !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json")
	if plain {
		in.Email = r.PostFormValue("email")
	} else if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return errExample.Because(err)
	}
	taken := strings.EqualFold(in.Email, takenAddress)
	switch {
	case plain && taken:
		why := map[string]string{"en": "This address is taken.", "ko": "이미 쓰이고 있는 주소예요."}[httpio.Language(r)]
		return showComponents(w, r, http.StatusUnprocessableEntity, web.Posted{Email: in.Email, Refused: why})
	case plain:
		return showComponents(w, r, http.StatusOK, web.Posted{Joined: true})
	case taken:
		return errTaken.With(fault.Field{Pointer: "/email", Rule: "must not be taken"})
	}
	w.Header().Set("Content-Type", "application/json")
	if _, err := io.WriteString(w, `{"position":12}`); err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	return nil
}
