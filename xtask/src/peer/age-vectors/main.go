// Command age-vectors prints the age files with which C2SP tests readers of age, as JSON.
package main

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	vectors "c2sp.org/CCTV/age"
)

// vector is a file, and what a reader shall make of it.
type vector struct {
	Name string `json:"name"`
	// Expect is "success", or what keeps the file from being opened.
	Expect     string   `json:"expect"`
	Identities []string `json:"identities"`
	// Passphrase says whether it is sealed with one.
	Passphrase bool   `json:"passphrase"`
	File       []byte `json:"file"`
}

func main() {
	all, err := read()
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(all)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read() ([]vector, error) {
	var all []vector
	err := fs.WalkDir(vectors.Vectors, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(vectors.Vectors, path)
		if err != nil {
			return err
		}
		one, err := parse(entry.Name(), text)
		all = append(all, one)
		return err
	})
	return all, err
}

func parse(name string, text []byte) (vector, error) {
	one := vector{Name: name, Identities: []string{}}
	header, file, found := bytes.Cut(text, []byte("\n\n"))
	if !found {
		return one, fmt.Errorf("%s has no end of its header", name)
	}
	one.File = file
	for _, line := range strings.Split(string(header), "\n") {
		key, value, _ := strings.Cut(line, ": ")
		switch key {
		case "expect":
			one.Expect = value
		case "identity":
			one.Identities = append(one.Identities, value)
		case "passphrase":
			one.Passphrase = true
		case "compressed":
			reader, err := zlib.NewReader(bytes.NewReader(file))
			if err != nil {
				return one, err
			}
			one.File, err = io.ReadAll(reader)
			if err != nil {
				return one, err
			}
		}
	}
	return one, nil
}
