package app

import (
	"context"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// oldBackend stands in for the backend that a demo has behind it: the app of an imaginary Korean lock screen, as its team would
// have it in Django. Hotlane knows nothing of it but its address.
type oldBackend struct {
	server   *http.Server
	listener net.Listener
}

func listenBackend(ctx context.Context, addr string) (*oldBackend, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("stand-in backend: %w", err)
	}
	return &oldBackend{listener: l, server: &http.Server{
		Handler: oldBackendRoutes(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
	}}, nil
}

func (b *oldBackend) url() string { return "http://" + b.listener.Addr().String() }

// run serves until the context ends; what is under way may finish within a second.
func (b *oldBackend) run(ctx context.Context) error {
	stopped := context.AfterFunc(ctx, func() {
		wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = b.server.Shutdown(wait) // what is left is closed by the exit
	})
	defer stopped()
	if err := b.server.Serve(b.listener); err != nil && err != http.ErrServerClosed { //nolint:errorlint // never wrapped
		return fmt.Errorf("stand-in backend: %w", err)
	}
	return nil
}

type oldArticle struct {
	ID      int    `json:"id"`
	Title   string `json:"title"`
	Section string `json:"section"`
	Body    string `json:"body"`
}

var oldArticles = []oldArticle{
	{1, "한강 자전거길, 봄맞이 새 단장", "지역", "여의도에서 반포까지 4 km 구간의 노면을 새로 깔았다."},
	{2, "편의점 도시락 열 가지를 비교했다", "생활", "가격은 4,500원부터 6,900원까지, 나트륨은 두 배까지 차이가 났다."},
	{3, "주말 비 소식, 우산을 챙기세요", "날씨", "토요일 오후부터 남부 지방에 20 mm 안팎의 비가 내린다."},
	{4, "잠금화면에서 바로 읽는 오늘의 경제", "경제", "환율과 코스피, 기준금리를 세 줄로 정리했다."},
}

func oldBackendRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = oldHome.Execute(w, oldArticles) // the client may be gone
	})
	mux.HandleFunc("GET /api/users/me", func(w http.ResponseWriter, _ *http.Request) {
		oldJSON(w, http.StatusOK, map[string]any{"id": 20931, "nickname": "하루", "points": 1280, "joined": "2024-03-02"})
	})
	mux.HandleFunc("GET /api/articles", func(w http.ResponseWriter, _ *http.Request) {
		oldJSON(w, http.StatusOK, map[string]any{"results": oldArticles})
	})
	mux.HandleFunc("GET /api/articles/{id}", func(w http.ResponseWriter, r *http.Request) {
		id, err := strconv.Atoi(r.PathValue("id"))
		if err != nil || id < 1 || id > len(oldArticles) {
			oldJSON(w, http.StatusNotFound, map[string]string{"detail": "Not found."})
			return
		}
		oldJSON(w, http.StatusOK, oldArticles[id-1])
	})
	mux.HandleFunc("POST /api/articles/{id}/like", func(w http.ResponseWriter, r *http.Request) {
		oldJSON(w, http.StatusCreated, map[string]string{"article": r.PathValue("id"), "liked": "true"})
	})
	mux.HandleFunc("GET /api/slow", oldSlow)
	mux.HandleFunc("/api/echo", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, 64<<10))
		if err != nil {
			return
		}
		oldJSON(w, http.StatusOK, map[string]any{
			"method": r.Method, "uri": r.RequestURI, "host": r.Host, "headers": r.Header, "body": string(body),
		})
	})
	return oldSigned(mux)
}

// oldSlow takes as long as a report over a big table does.
func oldSlow(w http.ResponseWriter, r *http.Request) {
	timer := time.NewTimer(1500 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
		oldJSON(w, http.StatusOK, map[string]string{"detail": "That took 1.5 s."})
	case <-r.Context().Done():
	}
}

func oldSigned(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Server", "old-backend (a stand-in)")
		next.ServeHTTP(w, r)
	})
}

func oldJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may be gone
}

var oldHome = template.Must(template.New("home").Parse(`<!doctype html>
<html lang="ko"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>하루 잠금화면</title>
<style>body{font:16px/1.6 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}small{color:#666}</style>
<h1>하루 잠금화면</h1>
<p>이 페이지는 뒤에 있는 기존 백엔드가 만들었습니다. <small lang="en">This page comes from the old backend, through Hotlane.</small></p>
<ul>{{range .}}<li><a href="/api/articles/{{.ID}}">{{.Title}}</a> <small>{{.Section}}</small></li>{{end}}</ul>
</html>
`))
