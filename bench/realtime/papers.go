package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// paper is one of ours.
type paper struct {
	Links struct{ Own, Write, Read string }
}

func makePapers(ctx context.Context, url string, count int) ([]paper, error) {
	all := make([]paper, count)
	for i := range all {
		if err := ask(ctx, http.MethodPost, url+"/v1/papers", `{"title":"For Minji","recipient":"Minji"}`, &all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// seat is a place for a writer.
func (p paper) seat(ctx context.Context, url, name string) (s seat, err error) {
	var pass struct{ Channel, Token string }
	err = ask(ctx, http.MethodPost, url+"/v1/papers/"+p.Links.Write+"/live", fmt.Sprintf(`{"name":%q}`, name), &pass)
	return seat{channel: pass.Channel, token: pass.Token}, err
}

// read is the paper as its owner reads it.
func (p paper) read(ctx context.Context, url string) ([]byte, error) {
	var whole json.RawMessage
	err := ask(ctx, http.MethodGet, url+"/v1/papers/"+p.Links.Own, "", &whole)
	return whole, err
}

func ask(ctx context.Context, method, url, body string, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader([]byte(body)))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %.300s", method, url, resp.Status, text)
	}
	return json.Unmarshal(text, into)
}
