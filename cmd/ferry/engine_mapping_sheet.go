package main

import (
	"context"

	"ferry/cmd/internal/wiring"
	"ferry/core/mapping"
	"ferry/core/sheet"
)

// WriteChoices writes the sheet by which somebody who knows is asked.
func (e *Engine) WriteChoices(ctx context.Context, path string, s mapping.ChoiceSheet) error {
	data, err := sheet.WriteChoices(ctx, s)
	if err != nil {
		return err
	}
	return wiring.SaveFile(path, data)
}

// ReadChoices reads what came back of it.
func (e *Engine) ReadChoices(ctx context.Context, path string) ([]mapping.ChoiceAnswer, error) {
	return sheet.ReadChoices(ctx, path)
}
