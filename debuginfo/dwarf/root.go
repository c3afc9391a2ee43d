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

// Info reads the unit's root entry once. A split unit's base and lines are those of
// its skeleton: StmtList is an offset in the line section of [Unit.LineUnit].
func (u *Unit) Info() UnitInfo {
	u.rootOnce.Do(func() {
		if e, ok := u.Root(); ok {
			u.info = readInfo(e)
		}
	})
	info := u.info
	if s := u.Skeleton(); s != nil {
		of := s.Info()
		info.LowPC, info.StmtList, info.HasLines = of.LowPC, of.StmtList, of.HasLines
	} else if u.parts != nil {
		info.StmtList += uint64(u.parts[partLine].off)
	}
	return info
}

func readInfo(e Entry) UnitInfo {
	info := UnitInfo{
		Name: e.String(AttrName), CompDir: e.String(AttrCompDir), Producer: e.String(AttrProducer), DwoName: e.String(AttrDwoName),
	}
	if info.DwoName == "" {
		info.DwoName = e.String(AttrGNUDwoName)
	}
	info.Language, _ = e.Uint(AttrLanguage)
	info.StmtList, info.HasLines = e.Uint(AttrStmtList)
	// Before DWARF 3 it was DW_AT_entry_pc that lists counted from, where there was no low_pc.
	for _, a := range []Attr{AttrLowPC, AttrEntryPC} {
		if v, ok := e.Value(a); ok {
			info.LowPC, _ = v.Addr()
			break
		}
	}
	return info
}

// bases are where a unit's indices count from (DWARF 5, 3.1.1).
type bases struct {
	strOffsets, addr, rnglists, loclists, ranges uint64
	hasRnglists, hasLoclists                     bool
}

// readBases reads, once, what any attribute that is an index needs. It uses none.
func (u *Unit) readBases() *bases {
	u.basesOnce.Do(func() {
		if e, ok := u.Root(); ok {
			u.bases = basesOf(e)
		}
	})
	return &u.bases
}

func basesOf(e Entry) (b bases) {
	var ok bool
	if b.strOffsets, ok = e.Uint(AttrStrOffsetsBase); !ok {
		b.strOffsets = e.Unit.strOffsetsHeader()
	}
	b.rnglists, b.hasRnglists = e.Uint(AttrRnglistsBase)
	b.loclists, b.hasLoclists = e.Uint(AttrLoclistsBase)
	b.ranges, _ = e.Uint(AttrGNURangesBase)
	if b.addr, ok = e.Uint(AttrAddrBase); !ok {
		b.addr, _ = e.Uint(AttrGNUAddrBase)
	}
	return b
}

// strOffsetsHeader is the length of the header of .debug_str_offsets (DWARF 5, 7.26),
// behind which the array of a unit without a base begins; older ones have none.
func (u *Unit) strOffsetsHeader() uint64 {
	switch {
	case u.Version < 5:
		return 0
	case u.Is64:
		return 16
	}
	return 8
}

// listHeaderSize is the length of the header of .debug_rnglists and .debug_loclists
// (DWARF 5, 7.28, 7.29), behind which the array of a unit without a base begins.
func (u *Unit) listHeaderSize() uint64 {
	if u.Is64 {
		return 20
	}
	return 12
}
