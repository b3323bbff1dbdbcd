// Command dot-judge reads a graph as Graphviz does, lays it out, and prints what it understood as JSON.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/goccy/go-graphviz"
	"github.com/goccy/go-graphviz/cgraph"
)

func main() {
	text, err := io.ReadAll(os.Stdin)
	if err == nil {
		err = judge(text)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// seen is what Graphviz understood.
type seen struct {
	Frames []string   `json:"frames"`
	Nodes  []string   `json:"nodes"`
	Edges  [][]string `json:"edges"`
	Drawn  string     `json:"drawn"`
}

func judge(text []byte) error {
	ctx := context.Background()
	graph, err := graphviz.ParseBytes(text)
	if err != nil {
		return err
	}
	if graph == nil {
		return errors.New("this is no graph")
	}
	what := seen{Frames: []string{}, Nodes: []string{}, Edges: [][]string{}}
	if err := frames(graph, &what); err != nil {
		return err
	}
	if err := nodes(graph, &what); err != nil {
		return err
	}
	program, err := graphviz.New(ctx)
	if err != nil {
		return err
	}
	var drawn bytes.Buffer
	if err := program.Render(ctx, graph, graphviz.SVG, &drawn); err != nil {
		return err
	}
	what.Drawn = drawn.String()
	return json.NewEncoder(os.Stdout).Encode(what)
}

func frames(graph *cgraph.Graph, what *seen) error {
	for frame, err := graph.FirstSubGraph(); frame != nil || err != nil; frame, err = frame.NextSubGraph() {
		if err != nil {
			return err
		}
		what.Frames = append(what.Frames, frame.Label())
	}
	return nil
}

func nodes(graph *cgraph.Graph, what *seen) error {
	for node, err := graph.FirstNode(); node != nil || err != nil; node, err = graph.NextNode(node) {
		if err != nil {
			return err
		}
		what.Nodes = append(what.Nodes, node.Label())
		for edge, err := graph.FirstOut(node); edge != nil || err != nil; edge, err = graph.NextOut(edge) {
			if err != nil {
				return err
			}
			to := edge.Node()
			what.Edges = append(what.Edges, []string{node.Label(), to.Label(), edge.Label()})
		}
	}
	return nil
}
