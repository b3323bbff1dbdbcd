// Command cyclonedx-schema fails unless its standard input is a CycloneDX 1.5 bill of materials.
package main

import (
	"embed"
	"fmt"
	"io"
	"os"

	_ "github.com/CycloneDX/cyclonedx-go"
	"github.com/xeipuuv/gojsonschema"
)

//go:embed *.schema.json
var schemas embed.FS

func main() {
	bill, err := io.ReadAll(os.Stdin)
	if err == nil {
		err = check(bill)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func check(bill []byte) error {
	loader := gojsonschema.NewSchemaLoader()
	for _, name := range []string{"spdx", "jsf"} {
		text, err := schemas.ReadFile(name + ".schema.json")
		if err != nil {
			return err
		}
		if err := loader.AddSchemas(gojsonschema.NewBytesLoader(text)); err != nil {
			return err
		}
	}
	text, err := schemas.ReadFile("bom.schema.json")
	if err != nil {
		return err
	}
	schema, err := loader.Compile(gojsonschema.NewBytesLoader(text))
	if err != nil {
		return err
	}
	result, err := schema.Validate(gojsonschema.NewBytesLoader(bill))
	if err != nil {
		return err
	}
	for _, problem := range result.Errors() {
		fmt.Fprintln(os.Stderr, problem)
	}
	if !result.Valid() {
		return fmt.Errorf("this is no CycloneDX 1.5")
	}
	return nil
}
