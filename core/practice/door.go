package practice

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"time"

	"ferry/core/practice/dynamics"
)

// A door is one listener and the server behind it. It can be shut and opened again at the same port.
type door struct {
	port    int
	tls     *tls.Config
	handler http.Handler
	ln      net.Listener
	server  *http.Server
	gone    int // how many steps keep it shut
}

func newDoor(port int, secure *tls.Config) (*door, error) {
	d := &door{port: port, tls: secure}
	if err := d.listen(); err != nil {
		return nil, fmt.Errorf("listening on port %d of 127.0.0.1: %w", port, err)
	}
	return d, nil
}

func (d *door) listen() error {
	ln, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(d.port)))
	if err != nil {
		return err
	}
	d.port = ln.Addr().(*net.TCPAddr).Port
	if d.tls != nil {
		ln = tls.NewListener(ln, d.tls)
	}
	d.ln = ln
	return nil
}

func (d *door) address(scheme string) string { return scheme + "://localhost:" + strconv.Itoa(d.port) }

func (d *door) serve() {
	d.server = &http.Server{
		Handler: d.handler, ReadHeaderTimeout: time.Minute, IdleTimeout: 5 * time.Minute, MaxHeaderBytes: 256 << 10,
		ErrorLog: log.New(io.Discard, "", 0), ConnContext: dynamics.Connection,
	}
	go func(s *http.Server, ln net.Listener) { _ = s.Serve(ln) }(d.server, d.ln)
}

func (d *door) shut() {
	if d.server != nil {
		_ = d.server.Close()
	}
	_ = d.ln.Close()
}

// reopen listens again. Another program may have taken the port for a moment, so it is tried for a while.
func (d *door) reopen() error {
	var err error
	for range 50 {
		if err = d.listen(); err == nil {
			d.serve()
			return nil
		}
		wait := time.NewTimer(20 * time.Millisecond)
		<-wait.C
	}
	return err
}
