// Command kubernetes-judge says whether Kubernetes would take an object from its standard input: by
// the definitions of custom resources in a folder, or by the kubelet's own types. A field that
// nobody knows is an error.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/xeipuuv/gojsonschema"
	kubelet "k8s.io/kubelet/config/v1"
	"sigs.k8s.io/yaml"
)

func main() {
	object, err := io.ReadAll(os.Stdin)
	if err == nil {
		err = judge(object, os.Args[1:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func judge(object []byte, arguments []string) error {
	switch {
	case len(arguments) == 2 && arguments[0] == "custom-resource":
		return customResource(object, arguments[1])
	case len(arguments) == 1 && arguments[0] == "credential-provider":
		return credentialProvider(object)
	}
	return errors.New("usage: kubernetes-judge custom-resource FOLDER | credential-provider")
}

// definition is the part of a CustomResourceDefinition that says what an object looks like.
type definition struct {
	Spec struct {
		Group string
		Names struct {
			Kind string
		}
		Versions []struct {
			Name   string
			Served bool
			Schema struct {
				OpenAPIV3Schema map[string]any
			}
		}
	}
}

func customResource(text []byte, folder string) error {
	var object map[string]any
	if err := yaml.UnmarshalStrict(text, &object); err != nil {
		return err
	}
	schema, err := find(folder, fmt.Sprint(object["apiVersion"]), fmt.Sprint(object["kind"]))
	if err != nil {
		return err
	}
	result, err := gojsonschema.Validate(gojsonschema.NewGoLoader(schema), gojsonschema.NewGoLoader(object))
	if err != nil {
		return err
	}
	for _, problem := range result.Errors() {
		fmt.Fprintln(os.Stderr, problem)
	}
	if !result.Valid() {
		return errors.New("no API server would take it")
	}
	return nil
}

func find(folder, apiVersion, kind string) (map[string]any, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var one definition
		if err := yaml.Unmarshal(text, &one); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for _, version := range one.Spec.Versions {
			name := one.Spec.Group + "/" + version.Name
			if version.Served && name == apiVersion && one.Spec.Names.Kind == kind {
				schema := version.Schema.OpenAPIV3Schema
				open(schema)
				return closed(schema), nil
			}
		}
	}
	return nil, fmt.Errorf("nobody defines %s of %s", kind, apiVersion)
}

// open leaves the metadata to Kubernetes itself, which defines it.
func open(schema map[string]any) {
	if properties, ok := schema["properties"].(map[string]any); ok {
		properties["metadata"] = map[string]any{"type": "object", "additionalProperties": true}
	}
}

// closed makes the schema refuse what an API server would silently drop.
func closed(schema map[string]any) map[string]any {
	_, isMap := schema["additionalProperties"]
	if _, has := schema["properties"]; has && !isMap && schema["x-kubernetes-preserve-unknown-fields"] != true {
		schema["additionalProperties"] = false
	}
	for _, value := range schema {
		close(value)
	}
	return schema
}

func close(value any) {
	switch value := value.(type) {
	case map[string]any:
		if _, isSchema := value["type"].(string); isSchema {
			closed(value)
			return
		}
		for _, inner := range value {
			close(inner)
		}
	case []any:
		// Alternatives repeat parts of an object that is described elsewhere.
	}
}

func credentialProvider(text []byte) error {
	var config kubelet.CredentialProviderConfig
	if err := yaml.UnmarshalStrict(text, &config); err != nil {
		return err
	}
	if config.APIVersion != kubelet.SchemeGroupVersion.String() || config.Kind != "CredentialProviderConfig" {
		return fmt.Errorf("it is %s of %s", config.Kind, config.APIVersion)
	}
	if len(config.Providers) == 0 {
		return errors.New("it has no provider")
	}
	return json.NewEncoder(os.Stdout).Encode(config)
}
