package main

import (
	"context"
	"fmt"

	"ferry/core/project"
)

// schemaCommand prints the JSON schema of project files, for those who write or check them by other means.
func schemaCommand(_ context.Context, t *terminal, args []string) int {
	f := connectionFlags("schema")
	if code, ok := f.parse(t, args); !ok {
		return code
	}
	fmt.Fprint(t.out, project.Schema)
	return exitWell
}
