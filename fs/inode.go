package fs

import (
	"context"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"

	"github.com/stackfs/stackfs/nodes"
)

// nameLife is how long the kernel remembers a name and its attributes.
const nameLife = time.Second

// An inode is one file of the mount.
type inode struct {
	fs.Inode
	node nodes.Node
	srv  *Server
}

var (
	_ fs.NodeLookuper  = (*inode)(nil)
	_ fs.NodeReaddirer = (*inode)(nil)
	_ fs.NodeGetattrer = (*inode)(nil)
	_ fs.NodeSetattrer = (*inode)(nil)
	_ fs.NodeAccesser  = (*inode)(nil)
	_ fs.NodeOpener    = (*inode)(nil)
	_ fs.NodeCreater   = (*inode)(nil)
)

func fileType(k nodes.Kind) uint32 {
	switch k {
	case nodes.Dir:
		return syscall.S_IFDIR
	case nodes.Link:
		return syscall.S_IFLNK
	}
	return syscall.S_IFREG
}

// Lookup finds a name. The inode that is known for the same node is used again, but
// for nodes that want one for each lookup; the kernel forgets those with their last use.
func (i *inode) Lookup(ctx context.Context, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	patient, done := request(ctx)
	defer done()
	n, err := i.node.Lookup(patient, name)
	if err != nil {
		return nil, Errno(err)
	}
	child := i.GetChild(name)
	if child == nil || n.Fresh() || child.Operations().(*inode).node != n {
		child = i.NewInode(ctx, &inode{node: n, srv: i.srv}, fs.StableAttr{Mode: fileType(n.Kind())})
	}
	attrLife := i.srv.fill(patient, n, &out.Attr)
	out.SetEntryTimeout(nameLife)
	if n.Fresh() {
		out.SetEntryTimeout(time.Nanosecond) // 0 would mean the default
	}
	out.SetAttrTimeout(attrLife)
	return child, 0
}

// fill sets a node's attributes and says how long they hold: a size that grows
// does not.
func (s *Server) fill(ctx context.Context, n nodes.Node, out *fuse.Attr) time.Duration {
	out.Mode = fileType(n.Kind()) | n.Permissions()
	if !n.Fresh() {
		out.Nlink = 1
	}
	out.Uid, out.Gid = s.uid, s.gid
	out.SetTimes(&s.mounted, &s.mounted, &s.mounted)
	if !n.HasSize() {
		return nameLife
	}
	out.Size = uint64(n.Size(ctx))
	out.Blocks = (out.Size + 511) / 512
	return time.Nanosecond // 0 would mean the default
}

// Getattr implements fs.NodeGetattrer.
func (i *inode) Getattr(ctx context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	patient, done := request(ctx)
	defer done()
	out.SetTimeout(i.srv.fill(patient, i.node, &out.Attr))
	return 0
}

// Setattr lets truncation of a writable file pass (the shell's > does that) and
// refuses everything else.
func (i *inode) Setattr(ctx context.Context, f fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	const other = fuse.FATTR_MODE | fuse.FATTR_UID | fuse.FATTR_GID
	if in.Valid&other != 0 {
		return syscall.EPERM
	}
	if _, ok := in.GetSize(); ok && i.node.Permissions()&0o200 == 0 {
		return syscall.EACCES
	}
	return i.Getattr(ctx, f, out)
}

// Access answers access(2): what the mode says, for root too.
func (i *inode) Access(_ context.Context, mask uint32) syscall.Errno {
	if mode := i.node.Permissions() >> 6; mask&^mode != 0 {
		return syscall.EACCES
	}
	return 0
}

// Readdir lists a directory as it is now.
func (i *inode) Readdir(ctx context.Context) (fs.DirStream, syscall.Errno) {
	patient, done := request(ctx)
	defer done()
	entries, err := i.node.List(patient)
	if err != nil {
		return nil, Errno(err)
	}
	out := make([]fuse.DirEntry, len(entries))
	for k, e := range entries {
		out[k] = fuse.DirEntry{Name: e.Name, Mode: fileType(e.Kind)}
	}
	return fs.NewListDirStream(out), 0
}

// Readlink implements fs.NodeReadlinker.
func (i *inode) Readlink(ctx context.Context) ([]byte, syscall.Errno) {
	patient, done := request(ctx)
	defer done()
	text, err := i.node.Readlink(patient)
	return []byte(text), Errno(err)
}

// Create answers O_CREAT of a name that is not there: files come from targets only.
func (i *inode) Create(context.Context, string, uint32, uint32, *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	return nil, nil, 0, syscall.ENOENT
}

// Rmdir detaches what the directory shows.
func (i *inode) Rmdir(ctx context.Context, name string) syscall.Errno {
	if i.node.IsMountLevel() {
		i.srv.removing.Store(name, true)
		defer i.srv.removing.Delete(name)
	}
	patient, done := request(ctx)
	defer done()
	return Errno(i.node.Remove(patient, name))
}

// Mkdir, Unlink, Rename, Link, Symlink and Mknod cannot be done here.
func (i *inode) Mkdir(context.Context, string, uint32, *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return nil, syscall.EPERM
}

// Unlink implements fs.NodeUnlinker.
func (i *inode) Unlink(context.Context, string) syscall.Errno { return syscall.EPERM }

// Rename implements fs.NodeRenamer.
func (i *inode) Rename(context.Context, string, fs.InodeEmbedder, string, uint32) syscall.Errno {
	return syscall.EPERM
}

// Link implements fs.NodeLinker.
func (i *inode) Link(context.Context, fs.InodeEmbedder, string, *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return nil, syscall.EPERM
}

// Symlink implements fs.NodeSymlinker.
func (i *inode) Symlink(context.Context, string, string, *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return nil, syscall.EPERM
}

// Mknod implements fs.NodeMknoder.
func (i *inode) Mknod(context.Context, string, uint32, uint32, *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return nil, syscall.EPERM
}
