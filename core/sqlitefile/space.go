package sqlitefile

import "fmt"

// LittleSpace is the free space below which a check warns.
const LittleSpace = 1 << 30

// Size shows bytes as people read them.
func Size(n uint64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	default:
		return fmt.Sprintf("%d KB", (n+1023)/1024)
	}
}
