package dwarf

// UnitInfo is what a unit's root entry says of the unit.
type UnitInfo struct {
	Name     string // of the source file, as given to the compiler
	CompDir  string
	Producer string
	DwoName  string // where a skeleton's full unit is
	Language uint64 // DW_LANG_*, 0 if not known
	LowPC    uint64 // what offsets in ranges and lists count from
	StmtList uint64 // offset of the line table; HasLines says whether there is one
	HasLines bool
}

// bases are where a unit's indices count from (DWARF 5, 3.1.1).
type bases struct {
	strOffsets, addr, rnglists, loclists, ranges uint64
	hasStrOffsets, hasRnglists, hasLoclists      bool
}

// Info reads the unit's root entry once.
func (u *Unit) Info() UnitInfo {
	u.readRoot()
	return u.info
}

func (u *Unit) readRoot() {
	u.rootOnce.Do(func() {
		e, ok := u.Root()
		if !ok {
			return
		}
		u.readBases(e)
		u.info = UnitInfo{
			Name: e.String(AttrName), CompDir: e.String(AttrCompDir), Producer: e.String(AttrProducer), DwoName: e.String(AttrDwoName),
		}
		if u.info.DwoName == "" {
			u.info.DwoName = e.String(AttrGNUDwoName)
		}
		u.info.Language, _ = e.Uint(AttrLanguage)
		u.info.StmtList, u.info.HasLines = e.Uint(AttrStmtList)
		if v, ok := e.Value(AttrLowPC); ok {
			u.info.LowPC, _ = v.Addr()
		}
	})
}

// readBases must come before any attribute that is an index. The bases that a
// split unit does not have itself are those of its skeleton.
func (u *Unit) readBases(e Entry) {
	b := &u.bases
	b.strOffsets, b.hasStrOffsets = e.Uint(AttrStrOffsetsBase)
	b.rnglists, b.hasRnglists = e.Uint(AttrRnglistsBase)
	b.loclists, b.hasLoclists = e.Uint(AttrLoclistsBase)
	b.ranges, _ = e.Uint(AttrGNURangesBase)
	var ok bool
	if b.addr, ok = e.Uint(AttrAddrBase); !ok {
		b.addr, _ = e.Uint(AttrGNUAddrBase)
	}
	u.splitBases()
}

// headerSize is the length of the header that precedes the arrays of .debug_str_offsets,
// .debug_rnglists and .debug_loclists, where a unit without a base has its array.
func (u *Unit) listHeaderSize() uint64 {
	if u.Is64 {
		return 20
	}
	return 12
}
