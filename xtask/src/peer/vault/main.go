// Command vault serves one Vault on loopback, with everything in memory and with what its standard
// input says already in it. With the argument `sealed` it is sealed once that is done.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	log "github.com/hashicorp/go-hclog"
	kv "github.com/hashicorp/vault-plugin-secrets-kv"
	"github.com/hashicorp/vault/builtin/credential/approle"
	vaulthttp "github.com/hashicorp/vault/http"
	"github.com/hashicorp/vault/internalshared/configutil"
	"github.com/hashicorp/vault/sdk/helper/consts"
	"github.com/hashicorp/vault/sdk/logical"
	"github.com/hashicorp/vault/sdk/physical/inmem"
	"github.com/hashicorp/vault/vault"
)

// request is one call of the HTTP API that fills the server.
type request struct {
	Path string `json:"path"`
	Body any    `json:"body"`
}

type server struct {
	address string
	token   string
}

// builtin says of every plugin that is asked for that it is one of the server's own.
type builtin struct{}

func (builtin) Contains(string, consts.PluginType) bool { return true }

func (builtin) Get(string, consts.PluginType) (func() (any, error), bool) { return nil, false }

func (builtin) Keys(consts.PluginType) []string { return nil }

func (builtin) DeprecationStatus(string, consts.PluginType) (consts.DeprecationStatus, bool) {
	return consts.Supported, true
}

func (builtin) IsBuiltinEntPlugin(string, consts.PluginType) bool { return false }

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	var requests []request
	if err := json.NewDecoder(os.Stdin).Decode(&requests); err != nil {
		return err
	}
	core, token, err := unsealed()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() {
		failed <- http.Serve(listener, vaulthttp.Handler.Handler(&vault.HandlerProperties{
			Core:           core,
			ListenerConfig: &configutil.Listener{},
		}))
	}()
	told, err := server{"http://" + listener.Addr().String(), token}.fill(requests)
	if err != nil {
		return err
	}
	if len(os.Args) > 1 && os.Args[1] == "sealed" {
		if err := core.Seal(token); err != nil {
			return err
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(told); err != nil {
		return err
	}
	return <-failed
}

func unsealed() (*vault.Core, string, error) {
	logger := log.New(&log.LoggerOptions{Level: log.Error, Output: os.Stderr})
	storage, err := inmem.NewInmem(nil, logger)
	if err != nil {
		return nil, "", err
	}
	core, err := vault.NewCore(&vault.CoreConfig{
		Physical:           storage,
		Logger:             logger,
		DisableMlock:       true,
		LogicalBackends:    map[string]logical.Factory{"kv": kv.Factory},
		CredentialBackends: map[string]logical.Factory{"approle": approle.Factory},
		BuiltinRegistry:    builtin{},
	})
	if err != nil {
		return nil, "", err
	}
	initialized, err := core.Initialize(context.Background(), &vault.InitParams{
		BarrierConfig:  &vault.SealConfig{SecretShares: 1, SecretThreshold: 1},
		RecoveryConfig: &vault.SealConfig{},
	})
	if err != nil {
		return nil, "", err
	}
	for _, share := range initialized.SecretShares {
		if _, err := core.Unseal(share); err != nil {
			return nil, "", err
		}
	}
	return core, initialized.RootToken, nil
}

// fill makes the calls, and returns the last answer's data of each path, the address and the token.
func (s server) fill(requests []request) (map[string]any, error) {
	told := map[string]any{"address": s.address, "token": s.token}
	for _, one := range requests {
		data, err := s.call(one)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", one.Path, err)
		}
		told[one.Path] = data
	}
	return told, nil
}

// call makes one call. A new store of versioned secrets needs a moment, and says so.
func (s server) call(one request) (any, error) {
	for attempt := 0; ; attempt++ {
		data, err := s.callOnce(one)
		if err == nil || attempt == 100 || !strings.Contains(err.Error(), "pgrading") {
			return data, err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func (s server) callOnce(one request) (any, error) {
	method, body := http.MethodGet, []byte(nil)
	if one.Body != nil {
		method = http.MethodPost
		var err error
		if body, err = json.Marshal(one.Body); err != nil {
			return nil, err
		}
	}
	call, err := http.NewRequest(method, s.address+"/v1/"+one.Path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	call.Header.Set("X-Vault-Token", s.token)
	response, err := http.DefaultClient.Do(call)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode >= 300 {
		return nil, fmt.Errorf("%s %s", response.Status, text)
	}
	var answer struct {
		Data any `json:"data"`
	}
	if len(text) > 0 {
		err = json.Unmarshal(text, &answer)
	}
	return answer.Data, err
}
