package world

// The small tables that every organisation has: users, units, currencies, roles, and the organisation itself.

func (w *World) chooseUser(p *plan) bool {
	l := w.lore
	switch p.column.Logical {
	case "fullname":
		return p.with(func(m *maker, _ *plan) Cell { return TextCell(l.userName(m.i)) }, 1024)
	case "firstname":
		return p.with(func(m *maker, _ *plan) Cell { first, _ := l.userWords(m.i); return TextCell(first.shown) }, 1024)
	case "lastname":
		return p.with(func(m *maker, _ *plan) Cell { _, last := l.userWords(m.i); return TextCell(last.shown) }, 1024)
	case "domainname", "internalemailaddress", "windowsliveid":
		return p.with(func(m *maker, _ *plan) Cell { return TextCell(l.userDomain(m.i)) }, 1024)
	case "isdisabled":
		return p.with(func(m *maker, _ *plan) Cell { return BoolCell(m.i == disabledUser) }, 1024)
	case "islicensed":
		return p.with(func(m *maker, _ *plan) Cell { return BoolCell(m.i != 1 && m.i != 2) }, 1024)
	case "accessmode":
		return p.with(func(m *maker, _ *plan) Cell {
			if m.i == 1 || m.i == 2 {
				return ChoiceCell(3)
			}
			return ChoiceCell(0)
		}, 1024)
	case "businessunitid":
		p.refs = []*store{w.stores["businessunit"]}
		return p.with(ownUnit, 1024)
	case "parentsystemuserid":
		p.refs = []*store{w.stores["systemuser"]}
		return p.with(func(m *maker, p *plan) Cell {
			if m.i < 4 {
				return Cell{}
			}
			return m.ref(p.refs[0], 0)
		}, 1024)
	case "applicationid", "applicationiduri":
		p.source = nil
		return true
	case "azureactivedirectoryobjectid":
		return p.with(anyGUID, 1024)
	case "userlicensetype":
		p.numbers = []int64{0}
		return p.with(constant, 1024)
	}
	return false
}

func (w *World) chooseSmall(t *Table, p *plan, byName map[string]*plan) bool {
	name := p.column.Logical
	if names := w.lore.lists[t.Logical]; names != nil && name == t.Title {
		p.texts = names
		return p.with(nameByTurn, 1024)
	}
	switch t.Logical {
	case "transactioncurrency":
		return w.chooseCurrency(p)
	case "organization":
		return w.chooseOrganization(p)
	case "privilege":
		if name == "name" {
			return p.with(func(m *maker, _ *plan) Cell { return TextCell(m.w.lore.privileges[m.i]) }, 1024)
		}
	case "role":
		return w.chooseRole(p)
	case "businessunit":
		switch name {
		case "parentbusinessunitid":
			p.refs = []*store{w.stores["businessunit"]}
			return p.with(func(m *maker, p *plan) Cell {
				if m.i == 0 {
					return Cell{}
				}
				return m.ref(p.refs[0], (m.i-1)/3)
			}, 1024)
		case "isdisabled":
			return p.with(never, 1024)
		}
	case "team":
		switch name {
		case "businessunitid":
			p.refs = []*store{w.stores["businessunit"]}
			return p.with(ownUnit, 1024)
		case "isdefault":
			return p.with(func(m *maker, _ *plan) Cell { return BoolCell(m.i < m.w.stores["businessunit"].base) }, 1024)
		case "teamtype":
			return p.with(fixedChoice, 1024)
		}
	case crew:
		switch name {
		case "new_vesselid", "contactid":
			of := "contact"
			if name == "new_vesselid" {
				of = vessel
			}
			p.refs = []*store{w.stores[of]}
			return p.with(keyOfPair, 1024)
		}
	case voyage:
		switch name {
		case "new_vesselid":
			p.refs = []*store{w.stores[vessel]}
			return p.with(anyRef, 940)
		case "new_captainid":
			p.refs = []*store{w.stores["contact"]}
			return p.with(anyRef, 800)
		}
	}
	return false
}

// nameByTurn gives the rows of a small table their names; from the second round on with a number behind.
func nameByTurn(m *maker, p *plan) Cell {
	s := p.texts[m.i%len(p.texts)]
	if m.i < len(p.texts) {
		return Cell{Kind: Text, S: s}
	}
	off := len(m.buffer)
	m.buffer = append(m.buffer, s...)
	m.buffer = append(m.buffer, ' ')
	m.buffer = appendDigits(m.buffer, uint64(m.i/len(p.texts)+1), 1)
	return m.text(p, off)
}

// keyOfPair is one side of a pair. The columns of such a table are ids, not lookups.
func keyOfPair(m *maker, p *plan) Cell {
	c := m.any(p.refs[0], m.hash(p))
	if c.Kind != Null {
		c.Kind, c.Table = Text|pending, ""
	}
	return c
}

// chooseRole lets every role that is there from the beginning be one of the root business unit.
func (w *World) chooseRole(p *plan) bool {
	switch p.column.Logical {
	case "businessunitid":
		p.refs = []*store{w.stores["businessunit"]}
		return p.with(firstRow, 1024)
	case "roletemplateid":
		return p.with(func(m *maker, _ *plan) Cell {
			switch m.i {
			case administratorRole:
				return RefCell("roletemplate", administratorTemplate)
			case administratorRole + 1:
				return RefCell("roletemplate", customizerTemplate)
			}
			return Cell{}
		}, 1024)
	case "parentroleid", "parentrootroleid":
		p.source = nil
		return true
	}
	return false
}

func (w *World) chooseCurrency(p *plan) bool {
	all := w.lore.currencies
	pick := func(m *maker) currency { return all[m.i%len(all)] }
	switch p.column.Logical {
	case "currencyname":
		return p.with(func(m *maker, _ *plan) Cell { return TextCell(pick(m).name) }, 1024)
	case "isocurrencycode":
		return p.with(func(m *maker, _ *plan) Cell { return TextCell(pick(m).code) }, 1024)
	case "currencysymbol":
		return p.with(func(m *maker, _ *plan) Cell { return TextCell(pick(m).symbol) }, 1024)
	case "currencyprecision":
		return p.with(func(m *maker, _ *plan) Cell { return IntCell(int64(pick(m).precision)) }, 1024)
	}
	return false
}

func (w *World) chooseOrganization(p *plan) bool {
	number := func(n int64) bool { p.numbers = []int64{n}; return p.with(constant, 1024) }
	text := func(s string) bool { p.texts = []string{s}; return p.with(only, 1024) }
	switch p.column.Logical {
	case "name", "friendlyname":
		return text("Nordwind Practice")
	case "languagecode", "localeid":
		return number(english)
	case "maxrecordsforexporttoexcel":
		return number(100000)
	case "expirechangetrackingindays":
		return number(7)
	case "currencydecimalprecision", "pricingdecimalprecision":
		return number(2)
	case "currencysymbol", "basecurrencysymbol":
		return text("€")
	case "isauditenabled":
		return p.with(always, 1024)
	case "basecurrencyid":
		p.refs = []*store{w.stores["transactioncurrency"]}
		return p.with(firstRow, 1024)
	}
	if p.column.Type == "StringType" || p.column.Type == "MemoType" {
		p.fill = 0 // hundreds of settings that nobody touched
	}
	return false
}
