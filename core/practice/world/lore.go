package world

type lore struct{}

const disabledUser = 5

func newLore() *lore { return &lore{} }

func (l *lore) userName(w *World, i int) string   { return "" }
func (l *lore) userDomain(w *World, i int) string { return "" }
func usualRows(table string) int                  { return 10 }
func leastRows(table string) int                  { return 1 }
func ownTables() []*Table                         { return nil }
func extendStandard(tables []*Table)              {}
