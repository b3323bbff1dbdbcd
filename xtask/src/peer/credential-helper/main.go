// Command docker-credential-interop keeps credentials in a file of JSON that HELPER_FILE names, and
// speaks the protocol of Docker's helpers by Docker's own library.
package main

import (
	"encoding/json"
	"os"

	"github.com/docker/docker-credential-helpers/credentials"
)

type entry struct {
	Username string
	Secret   string
}

type helper struct{}

func main() {
	credentials.Serve(helper{})
}

func read() (map[string]entry, error) {
	text, err := os.ReadFile(os.Getenv("HELPER_FILE"))
	if os.IsNotExist(err) {
		return map[string]entry{}, nil
	}
	if err != nil {
		return nil, err
	}
	entries := map[string]entry{}
	return entries, json.Unmarshal(text, &entries)
}

func write(entries map[string]entry) error {
	text, err := json.Marshal(entries)
	if err != nil {
		return err
	}
	return os.WriteFile(os.Getenv("HELPER_FILE"), text, 0o600)
}

func (helper) Add(one *credentials.Credentials) error {
	entries, err := read()
	if err != nil {
		return err
	}
	entries[one.ServerURL] = entry{one.Username, one.Secret}
	return write(entries)
}

func (helper) Delete(server string) error {
	entries, err := read()
	if err != nil {
		return err
	}
	delete(entries, server)
	return write(entries)
}

func (helper) Get(server string) (string, string, error) {
	entries, err := read()
	if err != nil {
		return "", "", err
	}
	found, ok := entries[server]
	if !ok {
		return "", "", credentials.NewErrCredentialsNotFound()
	}
	return found.Username, found.Secret, nil
}

func (helper) List() (map[string]string, error) {
	entries, err := read()
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for server, one := range entries {
		names[server] = one.Username
	}
	return names, nil
}
