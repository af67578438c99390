package wiring

import (
	"ferry/core/mapping"
	"ferry/core/project"
)

// ReadMappings reads the mappings of a file: one that was exported, or a whole project.
func ReadMappings(path string) ([]mapping.Mapping, error) {
	p, err := project.Read(path)
	if err != nil {
		return nil, err
	}
	p.Received() // what their titles hold that is not seen is taken out
	return p.Mappings, nil
}

// WriteMappings exports mappings: a project file that holds nothing else.
func WriteMappings(path string, all []mapping.Mapping) error {
	p := project.New("Mappings")
	p.Tables, p.Mappings = nil, all
	return p.Write(path)
}
