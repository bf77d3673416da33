#!/usr/bin/env bash
# A CA's certificate is made anew from the same key and the same name, by another tool; a server keeps the certificate that it has.
# Go's crypto/x509 and OpenSSL (Node's tls) then disagree about it, in both directions:
#   - The new certificate has another subject key identifier. Go 1.25 began to make it of SHA-256, Go before and OpenSSL of SHA-1, so it
#     differs by tool and release. Go goes by name and key, and verifies. OpenSSL wants the identifier that the server's certificate
#     says its authority has, and finds no issuer.
#   - The new certificate has the name as PrintableString (Go writes it so) where the old one had UTF8String (OpenSSL writes it so).
#     OpenSSL compares the text, and verifies. Go compares bytes, and says `certificate signed by unknown authority`.
# So a monitor on Node says of the backend of an APIService the opposite of what the kube-apiserver says, with the same caBundle.
# Guess before: both verify both, as neither is more than a hint for finding the key that signed.
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
	"encoding/asn1"
	"encoding/pem"
	"errors"
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

type written struct {
	keyID []byte
	tag   int
}

func authority(key *ecdsa.PrivateKey, as written) *x509.Certificate {
	name := asn1.RawValue{Tag: as.tag, Bytes: []byte("harbour-ca")}
	commonName := pkix.AttributeTypeAndValue{Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: name}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), RawSubject: must(asn1.Marshal(pkix.RDNSequence{{commonName}})),
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, SubjectKeyId: as.keyID,
	}
	return must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))))
}

func server(parent *x509.Certificate, key *ecdsa.PrivateKey) *httptest.Server {
	own := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "tides"}, DNSNames: []string{"tides.harbour.svc"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	raw := must(x509.CreateCertificate(rand.Reader, template, parent, own.Public(), key))
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: own}}}
	server.StartTLS()
	return server
}

func goSays(address string, root *x509.Certificate) string {
	pool := x509.NewCertPool()
	pool.AddCert(root)
	connection, err := tls.Dial("tcp", address, &tls.Config{RootCAs: pool, ServerName: "tides.harbour.svc"})
	if unknown := (x509.UnknownAuthorityError{}); errors.As(err, &unknown) {
		return unknown.Error()
	}
	must(connection, err).Close()
	return "verified"
}

func nodeSays(address string, root *x509.Certificate) string {
	if err := os.WriteFile("ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Raw}), 0o600); err != nil {
		panic(err)
	}
	_, port, err := net.SplitHostPort(address)
	must(port, err)
	return strings.TrimSpace(string(must(exec.Command("node", "ask.js", port).Output())))
}

func main() {
	const refused = "x509: certificate signed by unknown authority"
	first, second := []byte{1, 2, 3, 4}, []byte{5, 6, 7, 8}
	failed := false
	for _, row := range []struct {
		what     string
		old, new written
		goWord   string
		nodeWord string
	}{
		{"as it was", written{first, asn1.TagUTF8String}, written{first, asn1.TagUTF8String}, "verified", "verified"},
		{"another key identifier", written{first, asn1.TagUTF8String}, written{second, asn1.TagUTF8String}, "verified", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"},
		{"another encoding of the name", written{first, asn1.TagUTF8String}, written{first, asn1.TagPrintableString}, refused, "verified"},
	} {
		key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
		backend := server(authority(key, row.old), key)
		bundle := authority(key, row.new)
		address := backend.Listener.Addr().String()
		goWord, nodeWord := goSays(address, bundle), nodeSays(address, bundle)
		backend.Close()
		fmt.Printf("%s\n  Go:   %s\n  Node: %s\n", row.what, goWord, nodeWord)
		failed = failed || goWord != row.goWord || nodeWord != row.nodeWord
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
