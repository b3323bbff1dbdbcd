// Command sealed-secrets-controller is the part of Bitnami's controller that needs no cluster: it
// makes a key pair, and makes Secrets of the SealedSecrets on its standard input, with the
// controller's own code. A field that the controller does not know is an error.
package main

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/bitnami-labs/sealed-secrets/pkg/apis/sealedsecrets/v1alpha1"
	"github.com/bitnami-labs/sealed-secrets/pkg/crypto"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/util/cert"
	"k8s.io/client-go/util/keyutil"
	"sigs.k8s.io/yaml"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	switch {
	case len(arguments) == 5 && arguments[0] == "make-key":
		return makeKey(arguments[1], arguments[2], arguments[3], arguments[4])
	case len(arguments) == 2 && arguments[0] == "unseal":
		return unseal(arguments[1])
	}
	return errors.New("usage: sealed-secrets-controller make-key KEY CERTIFICATE BITS HOURS | unseal KEY")
}

// makeKey makes a key pair and a certificate that lives so many hours from a day ago on.
func makeKey(keyFile, certificateFile, bitsText, hoursText string) error {
	bits, err := strconv.Atoi(bitsText)
	if err != nil {
		return err
	}
	hours, err := strconv.Atoi(hoursText)
	if err != nil {
		return err
	}
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		return err
	}
	yesterday := time.Now().Add(-24 * time.Hour)
	lives := time.Duration(hours) * time.Hour
	certificate, err := crypto.SignKeyWithNotBefore(rand.Reader, key, yesterday, lives, "sealed-secrets")
	if err != nil {
		return err
	}
	text, err := keyutil.MarshalPrivateKeyToPEM(key)
	if err != nil {
		return err
	}
	if err := os.WriteFile(keyFile, text, 0o600); err != nil {
		return err
	}
	block := &pem.Block{Type: cert.CertificateBlockType, Bytes: certificate.Raw}
	return os.WriteFile(certificateFile, pem.EncodeToMemory(block), 0o644)
}

func unseal(keyFile string) error {
	text, err := os.ReadFile(keyFile)
	if err != nil {
		return err
	}
	parsed, err := keyutil.ParsePrivateKeyPEM(text)
	if err != nil {
		return err
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return errors.New("this is no RSA key")
	}
	fingerprint, err := crypto.PublicKeyFingerprint(&key.PublicKey)
	if err != nil {
		return err
	}
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	var sealed v1alpha1.SealedSecret
	if err := yaml.UnmarshalStrict(input, &sealed); err != nil {
		return err
	}
	codecs := serializer.NewCodecFactory(scheme.Scheme)
	secret, err := sealed.Unseal(codecs, map[string]*rsa.PrivateKey{fingerprint: key})
	if err != nil {
		return err
	}
	secret.APIVersion, secret.Kind = "v1", "Secret"
	return json.NewEncoder(os.Stdout).Encode(secret)
}
