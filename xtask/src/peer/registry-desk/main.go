// Command registry-desk is what stands around a registry: a certificate authority, a file of
// accounts, and a server that hands out tokens. It reads the accounts from its standard input.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/crypto/bcrypt"
)

type account struct {
	Name     string   `json:"name"`
	Password string   `json:"password"`
	Actions  []string `json:"actions"`
}

type desk struct {
	folder   string
	accounts []account
	key      *ecdsa.PrivateKey
}

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(folder string) error {
	d := desk{folder: folder}
	if err := json.NewDecoder(os.Stdin).Decode(&d.accounts); err != nil {
		return err
	}
	var err error
	if d.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return err
	}
	for _, step := range []func() error{d.certificates, d.htpasswd, d.jwks} {
		if err := step(); err != nil {
			return err
		}
	}
	return d.serve()
}

func (d desk) write(name string, content []byte) error {
	return os.WriteFile(filepath.Join(d.folder, name), content, 0o600)
}

// certificates makes an authority, a server that it vouches for, and another authority that vouches
// for nobody.
func (d desk) certificates() error {
	authority, authorityKey, err := d.authority("ca.pem")
	if err != nil {
		return err
	}
	if _, _, err := d.authority("other-ca.pem"); err != nil {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	server := template("localhost")
	server.DNSNames = []string{"localhost"}
	server.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	server.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	certificate, err := x509.CreateCertificate(rand.Reader, server, authority, &key.PublicKey, authorityKey)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := d.write("server.key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})); err != nil {
		return err
	}
	return d.write("server.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}))
}

func (d desk) authority(name string) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	self := template("interop " + name)
	self.IsCA = true
	self.BasicConstraintsValid = true
	self.KeyUsage = x509.KeyUsageCertSign
	bytes, err := x509.CreateCertificate(rand.Reader, self, self, &key.PublicKey, key)
	if err != nil {
		return nil, nil, err
	}
	certificate, err := x509.ParseCertificate(bytes)
	if err != nil {
		return nil, nil, err
	}
	return certificate, key, d.write(name, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: bytes}))
}

func template(name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
}

// htpasswd writes the accounts for a registry that looks into a file.
func (d desk) htpasswd() error {
	var text strings.Builder
	for _, one := range d.accounts {
		hash, err := bcrypt.GenerateFromPassword([]byte(one.Password), bcrypt.MinCost)
		if err != nil {
			return err
		}
		fmt.Fprintf(&text, "%s:%s\n", one.Name, hash)
	}
	return d.write("htpasswd", []byte(text.String()))
}

// jwks writes the public key that a registry checks tokens with.
func (d desk) jwks() error {
	point, err := d.key.PublicKey.Bytes()
	if err != nil {
		return err
	}
	key := map[string]string{
		"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": keyID,
		"x": encode(point[1:33]), "y": encode(point[33:]),
	}
	text, err := json.Marshal(map[string]any{"keys": []any{key}})
	if err != nil {
		return err
	}
	return d.write("jwks.json", text)
}

const keyID = "interop"

func encode(bytes []byte) string {
	return base64.RawURLEncoding.EncodeToString(bytes)
}

// serve hands out tokens until somebody ends it.
func (d desk) serve() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("listening on %s\n", listener.Addr())
	http.HandleFunc("/token", d.token)
	return http.ServeTLS(listener, nil, filepath.Join(d.folder, "server.pem"), filepath.Join(d.folder, "server.key"))
}

type access struct {
	Type    string   `json:"type"`
	Name    string   `json:"name"`
	Actions []string `json:"actions"`
}

// token grants what was asked for as far as the account may have it. Nobody in particular may have
// nothing.
func (d desk) token(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	name, password, given := r.BasicAuth()
	if given {
		found := d.find(name, password)
		if found == nil {
			w.Header().Set("WWW-Authenticate", `Basic realm="interop"`)
			http.Error(w, `{"errors":[{"code":"UNAUTHORIZED"}]}`, http.StatusUnauthorized)
			return
		}
		allowed = found.Actions
	}
	granted := []access{}
	for _, scope := range r.URL.Query()["scope"] {
		granted = append(granted, grant(scope, allowed)...)
	}
	text, err := d.sign(name, r.URL.Query().Get("service"), granted)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]any{"token": text, "expires_in": 300})
}

func (d desk) find(name, password string) *account {
	for _, one := range d.accounts {
		if one.Name == name && one.Password == password {
			return &one
		}
	}
	return nil
}

func grant(scope string, allowed []string) []access {
	granted := []access{}
	for _, one := range strings.Fields(scope) {
		kind, rest, _ := strings.Cut(one, ":")
		at := strings.LastIndex(rest, ":")
		if at < 0 {
			continue
		}
		actions := []string{}
		for _, action := range strings.Split(rest[at+1:], ",") {
			for _, known := range allowed {
				if action == known {
					actions = append(actions, action)
				}
			}
		}
		if len(actions) > 0 {
			granted = append(granted, access{kind, rest[:at], actions})
		}
	}
	return granted
}

func (d desk) sign(subject, audience string, granted []access) (string, error) {
	now := time.Now().Unix()
	header, err := json.Marshal(map[string]string{"typ": "JWT", "alg": "ES256", "kid": keyID})
	if err != nil {
		return "", err
	}
	claims, err := json.Marshal(map[string]any{
		"iss": "interop", "sub": subject, "aud": audience, "jti": fmt.Sprint(time.Now().UnixNano()),
		"iat": now, "nbf": now - 60, "exp": now + 300, "access": granted,
	})
	if err != nil {
		return "", err
	}
	message := encode(header) + "." + encode(claims)
	digest := sha256.Sum256([]byte(message))
	r, s, err := ecdsa.Sign(rand.Reader, d.key, digest[:])
	if err != nil {
		return "", err
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return message + "." + encode(signature), nil
}
