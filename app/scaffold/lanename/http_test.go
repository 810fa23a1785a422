package lanename

import (
	"net/http"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/identity"
)

func TestEndpoints(t *testing.T) {
	h := lanetest.Start(t, Module())
	h.Run(
		t,
		lanetest.Scenario{
			Name: "a note is written", Method: http.MethodPost, Path: path, As: identity.User, User: "minji", Body: `{"text": " hello "}`,
			Status: 201, Headers: map[string]string{"Location": path + "/1"},
			JSON: map[string]any{
				"/id": 1.0, "/owner": "minji", "/text": "hello", "/written": "2026-03-02T00:00:00Z", "/edited": lanetest.Missing,
			},
		},
		lanetest.Scenario{
			Name: "not by somebody unknown", Method: http.MethodPost, Path: path, Body: `{"text": "hello"}`,
			Status: 401, Code: "identity.needed",
		},
		lanetest.Scenario{
			Name: "not without a text", Method: http.MethodPost, Path: path, As: identity.User, User: "minji", Body: `{"text": "  "}`,
			Status: 422, Code: "lanename.invalid", Fields: []string{"/text"},
		},
		lanetest.Scenario{
			Name: "not with what a note has not", Method: http.MethodPost, Path: path, As: identity.User, User: "minji", Body: `{"text": "a", "colour": "red"}`,
			Status: 422, Fields: []string{"/colour"},
		},
		lanetest.Scenario{
			Name: "anybody reads it", Path: path + "/1",
			Status: 200, JSON: map[string]any{"/text": "hello"},
		},
		lanetest.Scenario{
			Name: "its owner edits it", Method: http.MethodPut, Path: path + "/1", As: identity.User, User: "minji", Body: `{"text": "bye"}`,
			Status: 200, JSON: map[string]any{"/text": "bye", "/edited": "2026-03-02T00:00:00Z"},
		},
		lanetest.Scenario{
			Name: "nobody else does", Method: http.MethodPut, Path: path + "/1", As: identity.User, User: "jun", Body: `{"text": "mine"}`,
			Status: 403, Code: "lanename.not_yours", Absent: []string{"minji"},
		},
		lanetest.Scenario{
			Name: "nor as an operator without the key", Method: http.MethodDelete, Path: path + "/admin/1", As: identity.User, User: "jun",
			Status: 403, Code: "identity.forbidden",
		},
		lanetest.Scenario{
			Name: "an operator deletes it", Method: http.MethodDelete, Path: path + "/admin/1", As: identity.Admin,
			Status: 204,
		},
		lanetest.Scenario{Name: "it is gone", Path: path + "/1", Status: 404, Code: "lanename.not_found"},
		lanetest.Scenario{Name: "no number", Path: path + "/one", Status: 422, Fields: []string{"path:id"}},
	)
}

func TestList(t *testing.T) {
	h := lanetest.Start(t, Module())
	for _, text := range []string{"one", "two", "<b>three</b>"} {
		h.Do(t, lanetest.Scenario{Method: http.MethodPost, Path: path, As: identity.User, User: "minji", Body: `{"text": "` + text + `"}`})
	}
	h.Run(
		t,
		lanetest.Scenario{
			Name: "the newest first", Path: path,
			Status: 200, JSON: map[string]any{"/notes/0/text": "<b>three</b>", "/notes/2/text": "one", "/next": lanetest.Missing},
		},
		lanetest.Scenario{
			Name: "a part", Path: path + "?limit=2",
			Status: 200, JSON: map[string]any{"/notes/1/text": "two", "/notes/2": lanetest.Missing, "/next": 2.0},
		},
		lanetest.Scenario{
			Name: "the next part", Path: path + "?limit=2&before=2",
			Status: 200, JSON: map[string]any{"/notes/0/text": "one", "/notes/1": lanetest.Missing, "/next": lanetest.Missing},
		},
		lanetest.Scenario{Name: "not more than 100", Path: path + "?limit=101", Status: 422, Fields: []string{"query:limit"}},
		lanetest.Scenario{
			Name: "the page", Path: pagePath + "?lang=ko",
			Status: 200, Contains: []string{"최근에 올라온 메모예요.", "&lt;b&gt;three&lt;/b&gt;", "minji"}, Absent: []string{"<b>three"},
		},
	)
}

func TestEmptyPage(t *testing.T) {
	h := lanetest.Start(t, Module())
	h.Run(t, lanetest.Scenario{
		Name: "nothing yet", Path: pagePath, Header: map[string]string{"Accept-Language": "en"},
		Status: 200, Contains: []string{"Nobody has written anything yet."},
	})
	if a := h.Do(t, lanetest.Scenario{Path: path}); !strings.Contains(string(a.Body), `"notes":[]`) {
		t.Errorf("%s", a.Body)
	}
}
