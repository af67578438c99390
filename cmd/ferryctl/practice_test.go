package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
)

func TestThePracticeLineOpensHalo(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Minute)
	defer stop()
	read, write := io.Pipe()
	var said lockedBuffer
	ended := make(chan int, 1)
	go func() {
		term := &terminal{out: write, err: &said, env: func(string) string { return "" }, log: slog.New(slog.DiscardHandler)}
		ended <- run(ctx, term, []string{"practice", "-json", "-rows", "account=5", "-rows", "contact=5", "-halo", "tokenLife=77"})
		write.Close()
	}()
	var l practiceLine
	if err := json.NewDecoder(read).Decode(&l); err != nil {
		t.Fatalf("nothing was printed: %v", err)
	}
	ca, err := os.ReadFile(l.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}, Timeout: 2 * time.Minute}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {l.HaloClientID}, "client_secret": {l.HaloSecret}, "scope": {"all"}}
	res, err := client.PostForm(l.Halo+"/auth/token?tenant="+url.QueryEscape(l.HaloTenant), form)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	res.Body.Close()
	if err != nil || res.StatusCode != http.StatusOK || !strings.Contains(string(body), `"expires_in":77`) {
		t.Errorf("Halo answers %d %s", res.StatusCode, body)
	}
	if res, err = client.Get(l.Halo + "/nothing"); err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	stop()
	if code := <-ended; code != exitWell {
		t.Errorf("practice ends with %d", code)
	}
	if res.StatusCode != http.StatusNotImplemented || !strings.Contains(said.String(), "not played: GET /nothing") {
		t.Errorf("what is not played is answered %d and told as %q", res.StatusCode, said.String())
	}
}

func TestAWorldOfHaloThatThereIsNotIsWrongUse(t *testing.T) {
	t.Parallel()
	s := open(t, small())
	for _, world := range []string{"links=broken", "nonsense=1"} {
		if code, _, text := s.run("practice", "-halo", world); code != exitUsage || !strings.Contains(text, "-halo links=ignored") {
			t.Errorf("%s: exit %d: %s", world, code, text)
		}
	}
}
