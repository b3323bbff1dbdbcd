// Command schema-judge fails unless its standard input is JSON that a schema allows: the first file
// that is named, which may refer to the others.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/xeipuuv/gojsonschema"
)

func main() {
	document, err := io.ReadAll(os.Stdin)
	if err == nil {
		err = judge(document, os.Args[1:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func judge(document []byte, files []string) error {
	if len(files) == 0 {
		return errors.New("usage: schema-judge SCHEMA [OTHER-SCHEMA ...]")
	}
	loader := gojsonschema.NewSchemaLoader()
	for _, file := range files[1:] {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := loader.AddSchemas(gojsonschema.NewBytesLoader(text)); err != nil {
			return err
		}
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		return err
	}
	schema, err := loader.Compile(gojsonschema.NewBytesLoader(text))
	if err != nil {
		return err
	}
	result, err := schema.Validate(gojsonschema.NewBytesLoader(document))
	if err != nil {
		return err
	}
	for _, problem := range result.Errors() {
		fmt.Fprintln(os.Stderr, problem)
	}
	if !result.Valid() {
		return errors.New("the schema does not allow this")
	}
	return nil
}
