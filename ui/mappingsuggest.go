package ui

func (p *mappingPage) suggest() {}
