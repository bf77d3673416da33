#!/usr/bin/env bash
# Serving certificates that Go's crypto/x509 verifies and OpenSSL (Node's tls) refuses, with the same CA and the same name:
#   - its extended key usage is `any` (2.5.29.37.0) and nothing else: OpenSSL wants serverAuth by name
#   - its key usage is certificate signing only: Go does not ask what a server's key may sign
#   - its subject is that of its CA, as people call both after the Service: OpenSSL takes it for self-signed and looks no further
# Guess before: `any` is any for both; a key that may not sign handshakes is refused by both. The third was known of OpenSSL.
# Seen 2026-11-28, Go 1.26.8, Node 20.20.2 with OpenSSL 3.0.19.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >ask.js <<'NODE'
const [, , port] = process.argv;
const ca = require('fs').readFileSync('ca.pem');
const socket = require('tls').connect({ host: '127.0.0.1', port, servername: 'tides.harbour.svc', ca });
socket.on('secureConnect', () => socket.end(console.log('verified')));
socket.on('error', (error) => console.log(error.code));
NODE

cat >main.go <<'GO'
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"time"
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func newKey() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) }

func template(serial int64, name string) *x509.Certificate {
	return &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
}

func main() {
	key := newKey()
	root := template(1, "harbour-ca")
	root.IsCA, root.BasicConstraintsValid, root.KeyUsage = true, true, x509.KeyUsageCertSign
	root = must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, root, root, key.Public(), key))))
	pool := x509.NewCertPool()
	pool.AddCert(root)
	if err := os.WriteFile("ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Raw}), 0o600); err != nil {
		panic(err)
	}

	failed := false
	for _, row := range []struct {
		what     string
		change   func(*x509.Certificate)
		nodeWord string
	}{
		{"as usual", func(*x509.Certificate) {}, "verified"},
		{"extended key usage any", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageAny} }, "INVALID_PURPOSE"},
		{"key usage certSign", func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageCertSign }, "INVALID_PURPOSE"},
		{"named as its CA", func(c *x509.Certificate) { c.Subject = root.Subject }, "DEPTH_ZERO_SELF_SIGNED_CERT"},
	} {
		own := newKey()
		leaf := template(7, "tides")
		leaf.DNSNames, leaf.ExtKeyUsage = []string{"tides.harbour.svc"}, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		row.change(leaf)
		server := httptest.NewUnstartedServer(http.NotFoundHandler())
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		raw := must(x509.CreateCertificate(rand.Reader, leaf, root, own.Public(), key))
		server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: own}}}
		server.StartTLS()

		goWord := "verified"
		if connection, err := tls.Dial("tcp", server.Listener.Addr().String(), &tls.Config{RootCAs: pool, ServerName: "tides.harbour.svc"}); err != nil {
			goWord = err.Error()
		} else {
			connection.Close()
		}
		_, port, err := net.SplitHostPort(server.Listener.Addr().String())
		must(port, err)
		nodeWord := strings.TrimSpace(string(must(exec.Command("node", "ask.js", port).Output())))
		server.Close()
		fmt.Printf("%s\n  Go:   %s\n  Node: %s\n", row.what, goWord, nodeWord)
		failed = failed || goWord != "verified" || nodeWord != row.nodeWord
	}
	if failed {
		fmt.Println("it is different now")
		os.Exit(1)
	}
}
GO
cat >go.mod <<'MOD'
module finding

go 1.26.0
MOD
go version
node -p '`Node ${process.version}, OpenSSL ${process.versions.openssl}`'
go run .
