// Reads a definition with every kind of step that is planned, and writes it again.
package main

import (
	"encoding/json"
	"log"
	"os"

	union "example.com/sluice/union"
)

func main() {
	source, target := os.Args[1], os.Args[2]
	text, err := os.ReadFile(source)
	check(err)
	var definition union.Definition
	check(json.Unmarshal(text, &definition))
	written, err := json.Marshal(definition)
	check(err)
	check(os.WriteFile(target, written, 0o644))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
