package dwarf

import "github.com/stackfs/stackfs/core"

// Split cuts the sections of a .dwo file (those whose names end so) into units. What
// is known of addresses is in the file that was linked: the units get it from their
// skeletons, when these find them by [Unit.Full].
func Split(s Sections) (*Data, error) {
	d := &Data{split: true}
	if err := d.cut(s); err != nil {
		return nil, err
	}
	return d, nil
}

// isSplit says whether the unit is one of a .dwo file.
func (u *Unit) isSplit() bool {
	return u.Data.split || u.Kind == UnitSplitCompile || u.Kind == UnitSplitType
}

// Skeleton is the unit in the linked file that has led to this one, nil if none has.
func (u *Unit) Skeleton() *Unit { return u.skeleton.Load() }

// LineUnit is the unit whose line table this one's file numbers are of: of a split
// unit the skeleton.
func (u *Unit) LineUnit() *Unit {
	if s := u.Skeleton(); s != nil {
		return s
	}
	return u
}

// Full is the unit with the content: of a skeleton the split unit in a package or a
// .dwo file, looked for once; of all others, and where that is not found, the unit
// itself. SplitErr then says why.
func (u *Unit) Full() *Unit {
	u.splitOnce.Do(func() {
		id, ok := u.splitID()
		if !ok || u.isSplit() {
			return
		}
		u.full, u.splitErr = u.findSplit(id)
	})
	if u.full == nil {
		return u
	}
	return u.full
}

// SplitErr is why Full has not found a skeleton's split unit: ErrNotFound or
// ErrInvalid, or what FindSplit said.
func (u *Unit) SplitErr() error {
	u.Full()
	return u.splitErr
}

// splitID is the number by which a skeleton and its split unit know each other.
func (u *Unit) splitID() (id uint64, ok bool) {
	if u.Version >= 5 {
		return u.ID, u.Kind == UnitSkeleton || u.Kind == UnitSplitCompile
	}
	e, ok := u.Root()
	if !ok {
		return 0, false
	}
	return e.Uint(AttrGNUDwoID)
}

func (u *Unit) findSplit(id uint64) (*Unit, error) {
	d := u.Data
	if d.Package != nil {
		if full := d.Package.packaged[id]; full != nil {
			return full, full.adopt(u)
		}
	}
	info := u.Info()
	if d.FindSplit == nil {
		return nil, core.Errorf(core.ErrNotFound, "reading debug info of %s: it is in %s, which was not looked for", info.Name, info.DwoName)
	}
	s, err := d.FindSplit(info.DwoName, info.CompDir, id)
	if err != nil {
		return nil, err
	}
	split, err := Split(s)
	if err != nil {
		return nil, err
	}
	for _, full := range split.Units {
		if got, ok := full.splitID(); ok && got == id {
			return full, full.adopt(u)
		}
	}
	return nil, core.Errorf(core.ErrInvalid, "reading %s: it has no unit with id 0x%x; it is of another build", info.DwoName, id)
}

// adopt makes the skeleton the unit's.
func (u *Unit) adopt(skeleton *Unit) error {
	if !u.skeleton.CompareAndSwap(nil, skeleton) {
		return core.Errorf(core.ErrInvalid, "reading the split unit at 0x%x: it has two skeletons", u.Offset)
	}
	return nil
}
