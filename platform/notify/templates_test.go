package notify_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hotlane/hotlane/platform/notify"
)

func mails(change func(map[string]string)) fstest.MapFS {
	all := map[string]string{
		"confirm.en.txt":  "Subject: Welcome, {{.Name}}\n\nHello {{.Name}}, see {{.URL}} ({{lang}})\n",
		"confirm.ko.txt":  "Subject: {{.Name}}님, 환영해요\r\n\r\n{{.Name}}님, {{.URL}} ({{lang}})\r\n",
		"confirm.en.html": `{{define "title"}}Welcome{{end}}{{define "content"}}<p>Hello {{.Name}}</p>{{template "button" (button .URL "Confirm")}}{{end}}{{template "frame" .}}`,
		"confirm.ko.html": `{{define "content"}}<p>{{.Name}}님</p>{{end}}{{define "footer"}}그만 받기{{end}}{{template "frame" .}}`,
		"bye.en.txt":      "Subject: Bye\nBye.", "bye.ko.txt": "Subject: 안녕히 가세요\n또 만나요.", "bye.en.html": "<p>Bye.</p>", "bye.ko.html": "<p>또 만나요.</p>",
	}
	if change != nil {
		change(all)
	}
	f := fstest.MapFS{}
	for name, text := range all {
		f["mails/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return f
}

type person struct{ Name, URL string }

func TestTemplates(t *testing.T) {
	set, err := notify.ParseTemplates(mails(nil), "mails")
	if err != nil {
		t.Fatal(err)
	}
	p := person{Name: `Ann <&> "A"`, URL: "https://example.com/c?x=1&y=2"}
	en, err := set.Mail("confirm", "en", p)
	if err != nil {
		t.Fatal(err)
	}
	if en.Subject != `Welcome, Ann <&> "A"` || en.Lang != "en" || en.Text != "Hello Ann <&> \"A\", see https://example.com/c?x=1&y=2 (en)\n" {
		t.Errorf("%+v", en)
	}
	for _, want := range []string{
		`<html lang="en">`, "<title>Welcome</title>", "Hello Ann &lt;&amp;&gt; &#34;A&#34;", `href="https://example.com/c?x=1&amp;y=2"`, ">Confirm</a>",
		"prefers-color-scheme: dark",
	} {
		if !strings.Contains(en.HTML, want) {
			t.Errorf("%s is not in\n%s", want, en.HTML)
		}
	}
	for _, external := range []string{"<script", "<link", "<img", "src=", "url(", "@import"} {
		if strings.Contains(en.HTML, external) {
			t.Errorf("the frame has %s", external)
		}
	}
	ko, err := set.Mail("confirm", "ko", p)
	if err != nil || ko.Lang != "ko" || !strings.HasPrefix(ko.Subject, "Ann") || !strings.HasSuffix(ko.Subject, "환영해요") ||
		!strings.Contains(ko.HTML, `<html lang="ko">`) || !strings.Contains(ko.HTML, "그만 받기") || !strings.HasSuffix(ko.Text, "(ko)\n") {
		t.Errorf("%+v, %v", ko, err)
	}
	if other, err := set.Mail("bye", "fr", nil); err != nil || other.Lang != "en" || other.HTML != "<p>Bye.</p>" {
		t.Errorf("%+v, %v", other, err)
	}
}

func TestTemplatesRefuseWhatIsMissingInTheData(t *testing.T) {
	set, err := notify.ParseTemplates(mails(nil), "mails")
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]any{"a map": map[string]string{"Name": "Ann"}, "a struct": struct{ Name string }{"Ann"}} {
		if m, err := set.Mail("confirm", "en", data); err == nil {
			t.Errorf("%s without a URL: %+v", name, m)
		}
	}
	if _, err := set.Mail("other", "en", nil); err == nil {
		t.Error("a mail that there is not")
	}
}

func TestASubjectOfDataCannotBecomeTwoLines(t *testing.T) {
	set, err := notify.ParseTemplates(mails(nil), "mails")
	if err != nil {
		t.Fatal(err)
	}
	m, err := set.Mail("confirm", "en", person{Name: "Ann\r\nBcc: b@example.com", URL: "https://example.com"})
	if err != nil {
		t.Fatal(err)
	}
	m.To = "ann@example.com"
	if m.Check() == nil {
		t.Errorf("%q would be sent", m.Subject)
	}
}

func TestTemplatesThatDoNotStart(t *testing.T) {
	for name, change := range map[string]func(map[string]string){
		"confirm.ko.txt":  func(m map[string]string) { delete(m, "confirm.ko.txt") },
		"confirm.en.html": func(m map[string]string) { delete(m, "confirm.en.html") },
		"bye.en.txt":      func(m map[string]string) { m["bye.en.txt"] = "Bye." },
		"bye.ko.txt":      func(m map[string]string) { m["bye.ko.txt"] = "Subject: \n." },
		"confirm.en.txt":  func(m map[string]string) { m["confirm.en.txt"] = "Subject: {{.Name\n." },
		"bye.en.html":     func(m map[string]string) { m["bye.en.html"] = "{{if}}" },
		"bye.fr.txt":      func(m map[string]string) { m["bye.fr.txt"] = "Subject: x\n." },
		"README.md":       func(m map[string]string) { m["README.md"] = "x" },
	} {
		if _, err := notify.ParseTemplates(mails(change), "mails"); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := notify.ParseTemplates(fstest.MapFS{}, "mails"); err == nil {
		t.Error("there is no folder")
	}
}
