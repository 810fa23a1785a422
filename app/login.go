package app

import (
	"bytes"
	"html/template"
	"net/http"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/identity"
)

type loginText struct{ Title, Key, Hint, Enter, Failed string }

var loginTexts = map[string]loginText{
	"en": {
		"Operators", "Admin key", "It was shown when Hotlane first started, or is set in its configuration.",
		"Log in", "That is not the admin key.",
	},
	"ko": {
		"운영자 로그인", "관리자 키", "Hotlane을 처음 시작할 때 한 번 표시되었거나 설정에 적혀 있습니다.",
		"로그인", "관리자 키가 아닙니다.",
	},
}

var loginForm = template.Must(template.New("login").Parse(`<form class="login" method="post" action="{{.Action}}">
<h1>{{.Text.Title}}</h1>
{{if .Failed}}<p role="alert">{{.Text.Failed}}</p>{{end}}
<input type="hidden" name="next" value="{{.Next}}">
<label for="key">{{.Text.Key}}</label>
<input id="key" name="key" type="password" autocomplete="current-password" required autofocus aria-describedby="hint">
<p id="hint">{{.Text.Hint}}</p>
<button type="submit">{{.Text.Enter}}</button>
</form>
`))

// loginPage asks for the admin key; identity answers the form.
func loginPage(w http.ResponseWriter, r *http.Request) error {
	lang := httpio.Language(r)
	var body bytes.Buffer
	err := loginForm.Execute(&body, map[string]any{
		"Text": loginTexts[lang], "Action": identity.LoginPath,
		"Next": r.URL.Query().Get("next"), "Failed": r.URL.Query().Has("failed"),
	})
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return page(w, lane.Page{Title: loginTexts[lang].Title, Lang: lang, Body: template.HTML(body.String())}) //nolint:gosec // from a template
}
