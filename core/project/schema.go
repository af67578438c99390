package project

import _ "embed"

// Schema is the JSON schema of project files (draft 2020-12). It is made from the types, and a test keeps it so.
//
//go:embed ferry.schema.json
var Schema string
