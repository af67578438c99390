package world

import (
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"
)

func day(year int, month time.Month, d int) int64 {
	return time.Date(year, month, d, 0, 0, 0, 0, time.UTC).Unix()
}

// specialDates are the ends of the range, leap days and days around which calendars and clocks begin.
var specialDates = []int64{
	day(1753, 1, 1), day(9999, 12, 30), day(1900, 1, 1), day(1900, 2, 28), day(2000, 2, 29), day(1969, 12, 31), day(1970, 1, 1),
	day(2024, 2, 29), day(2038, 1, 19), day(1899, 12, 30), day(1815, 12, 10),
}

// specialTimes are the ends of the range, hours that clocks skip or repeat and seconds at the edges of days.
var specialTimes = []int64{
	day(1753, 1, 1), day(9999, 12, 31) - 1, day(2024, 3, 31) + 3600, day(2024, 3, 31) + 3599, day(2024, 10, 27) + 3600,
	-1, 0, 1<<31 - 1, 1 << 31, day(2016, 12, 31) + 86399, day(2000, 2, 29) + 43200, day(1900, 1, 1) + 1,
}

// wholeNumber is a number that is usually small.
func wholeNumber(m *maker, p *plan) Cell {
	if k, ok := m.turn(p, len(p.numbers)); ok {
		return Cell{Kind: Int, N: p.numbers[k]}
	}
	if !m.filled(p) {
		return Cell{}
	}
	h := m.hash(p)
	n := int64(below(h, 1000)) << (h & 7)
	if p.n > 0 {
		n %= p.n + 1
	}
	return Cell{Kind: Int, N: max(n, p.numbers[0])}
}

// specialInts are the ends of a column's range and numbers that floating point cannot hold.
func specialInts(c *Column) []int64 {
	low, high := int64(math.MinInt32), int64(math.MaxInt32)
	if c.Type == "BigIntType" {
		low, high = math.MinInt64, math.MaxInt64
	}
	if c.Min != nil && *c.Min > float64(low) {
		low = int64(*c.Min)
	}
	if c.Max != nil && *c.Max < float64(high) {
		high = int64(*c.Max)
	}
	list := []int64{low, high, 0}
	for _, n := range []int64{-1, 1<<53 + 1, -(1<<53 + 1), 1000000} {
		if n > low && n < high {
			list = append(list, n)
		}
	}
	return list
}

// within reports whether f lies in a column's range.
func (c *Column) within(f float64) bool {
	return (c.Min == nil || f >= *c.Min) && (c.Max == nil || f <= *c.Max)
}

func specialDecimals(c *Column) []string {
	var list []string
	for _, digits := range []string{"0", "1", "-1", "0.1", "12345678901", "-12345678901", "99999999999", "100000000000", "-100000000000"} {
		f, _ := strconv.ParseFloat(digits, 64)
		if c.within(f) {
			list = append(list, fixed(digits, c.Precision))
		}
	}
	if c.Precision > 0 {
		last := "0." + strings.Repeat("0", c.Precision-1) + "1"
		if f, _ := strconv.ParseFloat(last, 64); c.within(f) {
			list = append(list, last)
		}
		if c.within(1234567890) {
			list = append(list, "1234567890."+strings.Repeat("1234567890", 2)[:c.Precision])
		}
	}
	return list
}

// fixed gives digits so many decimals.
func fixed(digits string, decimals int) string {
	whole, part, _ := strings.Cut(digits, ".")
	if decimals == 0 {
		return whole
	}
	return whole + "." + (part + strings.Repeat("0", decimals))[:decimals]
}

func decimalNumber(m *maker, p *plan) Cell {
	if k, ok := m.turn(p, len(p.texts)); ok {
		return Cell{Kind: Decimal, S: p.texts[k]}
	}
	if !m.filled(p) {
		return Cell{}
	}
	off := len(m.buffer)
	decimals := min(p.column.Precision, 10)
	high := int64(1000)
	if p.column.Max != nil && *p.column.Max < 1000 {
		high = int64(*p.column.Max)
	}
	scale := int64(1)
	for range decimals {
		scale *= 10
	}
	m.buffer = appendFixed(m.buffer, int64(below(m.hash(p), int(max(high, 1)*scale))), decimals)
	return m.made(Decimal, off)
}

func specialDoubles(c *Column) []string {
	var list []string
	for _, digits := range []string{"0.0", "0.1", "-0.1", "0.00001", "-12.5", "99999999999.12345", "100000000000.0", "-100000000000.0", "0.3"} {
		f, _ := strconv.ParseFloat(digits, 64)
		if c.within(f) {
			list = append(list, digits)
		}
	}
	return list
}

func doubleNumber(m *maker, p *plan) Cell {
	if k, ok := m.turn(p, len(p.texts)); ok {
		return Cell{Kind: Double, S: p.texts[k]}
	}
	if !m.filled(p) {
		return Cell{}
	}
	off := len(m.buffer)
	m.buffer = strconv.AppendFloat(m.buffer, float64(below(m.hash(p), 9000000))/100000, 'f', -1, 64)
	if !slices.Contains(m.buffer[off:], '.') {
		m.buffer = append(m.buffer, ".0"...)
	}
	return m.made(Double, off)
}

// specialMoney are amounts in ten-thousandths: all that 64 bits hold, where the column allows them.
func specialMoney(c *Column) []int64 {
	var list []int64
	for _, n := range []int64{0, math.MaxInt64, math.MinInt64, -100, 1, -1, 1234567891235, 999999999999999, 10000, math.MaxInt64 - 1} {
		whole := n / 10000
		if c.within(float64(whole)) && (n >= 0 || c.Min == nil || *c.Min < 0) {
			list = append(list, n)
		}
	}
	return list
}

// amount is a money value in ten-thousandths.
func amount(m *maker, p *plan) (int64, bool) {
	if k, ok := m.turn(p, len(p.numbers)); ok {
		return p.numbers[k], true
	}
	if !m.filled(p) {
		return 0, false
	}
	h := m.hash(p)
	n := int64(below(h, 1_000_000)+1) * 100 // up to 10,000.00
	for range h & 3 {
		n *= 10
	}
	if h&31 == 0 {
		n += int64(h >> 40 % 100) // parts of a cent
	}
	if p.column.Max != nil && float64(n) > *p.column.Max*10000 {
		n = int64(*p.column.Max) * 10000
	}
	return n, true
}

func money(m *maker, p *plan) Cell {
	n, ok := amount(m, p)
	if !ok {
		return Cell{}
	}
	off := len(m.buffer)
	m.buffer = appendFixed(m.buffer, n, 4)
	return m.made(Decimal, off)
}

// baseMoney is the amount of another column in the organisation's own currency.
func baseMoney(m *maker, p *plan) Cell {
	if p.other[0] == nil || p.other[0].source == nil {
		return Cell{}
	}
	n, ok := amount(m, p.other[0])
	if !ok {
		return Cell{}
	}
	rate := uint64(10000000000)
	if p.other[1] != nil {
		rate = uint64(m.w.lore.currencies[currencyOf(m)].rate)
	}
	off := len(m.buffer)
	m.buffer = appendFixed(m.buffer, divideByRate(n, rate), 4)
	return m.made(Decimal, off)
}

// divideByRate is n / (rate / 10^10), rounded half up, and no more than 64 bits hold.
func divideByRate(n int64, rate uint64) int64 {
	u := uint64(n)
	if n < 0 {
		u = -u
	}
	limit := uint64(math.MaxInt64)
	if n < 0 {
		limit++
	}
	hi, lo := bits.Mul64(u, 10000000000)
	lo, carry := bits.Add64(lo, rate/2, 0)
	hi += carry
	q := limit
	if hi < rate {
		q, _ = bits.Div64(hi, lo, rate)
		q = min(q, limit)
	}
	if n < 0 {
		return -int64(q)
	}
	return int64(q)
}

func twoOptions(m *maker, p *plan) Cell {
	if !m.filled(p) {
		return Cell{}
	}
	if m.hash(p)&7 == 0 {
		return Cell{Kind: Bool, N: 1}
	}
	return Cell{Kind: Bool}
}

// oneOption is an option of the column; where n is set, one row in a while carries that code although no option has
// it any more.
func oneOption(m *maker, p *plan) Cell {
	if p.n != 0 {
		if _, ok := m.turn(p, 1); ok {
			return Cell{Kind: Choice, N: p.n}
		}
	}
	if !m.filled(p) || len(p.numbers) == 0 {
		return Cell{}
	}
	return Cell{Kind: Choice, N: p.numbers[below(m.hash(p), len(p.numbers))]}
}

// combinations are all non-empty sets of codes, each sorted, as the Web API writes them.
func combinations(codes []int64) []string {
	codes = slices.Sorted(slices.Values(codes))
	var list []string
	for set := 1; set < 1<<min(len(codes), 6); set++ {
		var parts []string
		for i, code := range codes {
			if set>>i&1 == 1 {
				parts = append(parts, strconv.FormatInt(code, 10))
			}
		}
		list = append(list, strings.Join(parts, ","))
	}
	return list
}

func someOptions(m *maker, p *plan) Cell {
	if !m.filled(p) || len(p.texts) == 0 {
		return Cell{}
	}
	return Cell{Kind: Choices, S: p.texts[below(m.hash(p), len(p.texts))]}
}

func anyTime(m *maker, p *plan) Cell {
	if k, ok := m.turn(p, len(p.numbers)); ok {
		return Cell{Kind: Time, N: p.numbers[k]}
	}
	if !m.filled(p) {
		return Cell{}
	}
	at := firstDay + int64(below(m.hash(p), 14*365*86400))
	if p.n != 0 { // a day without an hour is midnight where its writer was
		at = at/86400*86400 - 3600*(1+at&1)
	}
	return Cell{Kind: Time, N: at}
}

func anyDate(m *maker, p *plan) Cell {
	if k, ok := m.turn(p, len(p.numbers)); ok {
		return Cell{Kind: Date, N: p.numbers[k]}
	}
	if !m.filled(p) {
		return Cell{}
	}
	return Cell{Kind: Date, N: firstDay + int64(below(m.hash(p), 14*365))*86400}
}

func anyGUID(m *maker, p *plan) Cell {
	if !m.filled(p) {
		return Cell{}
	}
	h := m.hash(p)
	off := len(m.buffer)
	m.buffer = appendGUID(m.buffer, h&halfMask, mix(h)&halfMask)
	return m.made(Text, off)
}

// anyRef points at some row of one of the tables.
func anyRef(m *maker, p *plan) Cell {
	if !m.filled(p) {
		return Cell{}
	}
	h := m.hash(p)
	return m.any(p.refs[int(h%uint64(len(p.refs)))], mix(h))
}

// lostRef points, in one row in a while, at a row that is gone.
func lostRef(m *maker, p *plan) Cell {
	if _, ok := m.turn(p, 1); !ok {
		return Cell{}
	}
	c := anyGUIDAlways(m, p)
	c.Kind, c.Table = Ref|pending, p.texts[0]
	return c
}

func anyGUIDAlways(m *maker, p *plan) Cell {
	h := m.hash(p)
	off := len(m.buffer)
	m.buffer = appendGUID(m.buffer, h&halfMask, mix(h)&halfMask)
	return m.made(Text, off)
}

// pixel is a picture of one pixel. Each row that has a picture has the number of its position behind it, where
// readers of pictures do not look.
const pixel = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89" +
	"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"

// picture is there when the row has the id of a picture.
func picture(m *maker, p *plan) Cell {
	if p.other[0] == nil || !m.filled(p.other[0]) {
		return Cell{}
	}
	off := len(m.buffer)
	m.buffer = append(m.buffer, pixel...)
	m.buffer = appendBase36(m.buffer, uint64(m.i))
	return m.made(Bytes, off)
}
