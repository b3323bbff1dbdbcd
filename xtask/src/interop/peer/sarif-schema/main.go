// Command sarif-schema fails unless its standard input is a SARIF 2.1.0 log.
package main

import (
	_ "embed"
	"fmt"
	"io"
	"os"

	_ "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/xeipuuv/gojsonschema"
)

//go:embed schema.json
var schema []byte

func main() {
	log, err := io.ReadAll(os.Stdin)
	if err == nil {
		err = check(log)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func check(log []byte) error {
	result, err := gojsonschema.Validate(gojsonschema.NewBytesLoader(schema), gojsonschema.NewBytesLoader(log))
	if err != nil {
		return err
	}
	for _, problem := range result.Errors() {
		fmt.Fprintln(os.Stderr, problem)
	}
	if !result.Valid() {
		return fmt.Errorf("this is no SARIF 2.1.0")
	}
	return nil
}
