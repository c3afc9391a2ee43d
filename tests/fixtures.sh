#!/bin/bash
# The large files that tests and benchmarks read, once, into the user's cache
# directory: the kernel of Debian's cloud images with its debug info (a package of
# 280 MB, of which vmlinux, System.map and a few modules are kept, 600 MB).
set -euo pipefail

dir=${XDG_CACHE_HOME:-$HOME/.cache}/stackfs-fixtures
boot=usr/lib/debug/boot
if compgen -G "$dir/$boot/vmlinux-*" >/dev/null; then
	exit 0
fi
if ! command -v apt-get >/dev/null; then
	echo "tests/fixtures.sh: this is no Debian; set STACKFS_VMLINUX to a kernel with debug info" >&2
	exit 0 # what is really missing is named by what needs it
fi

mkdir -p "$dir"
work=$(mktemp -d "$dir/new-XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"

# The package that the kernel of today has its debug info in.
fetch() {
	package=$(apt-cache depends linux-image-cloud-amd64-dbg 2>/dev/null | sed -n 's/^ *Depends: //p' | head -1)
	[ -n "$package" ] && apt-get download -q "$package" </dev/null >/dev/null
}
update() { if [ "$(id -u)" = 0 ]; then apt-get update -q; else sudo -n apt-get update -q; fi; }
echo 'fetching a kernel with debug info (280 MB)'
fetch || { update </dev/null >/dev/null && fetch; }
release=${package#linux-image-}
release=${release%-dbg}
modules=usr/lib/debug/lib/modules/$release/kernel
dpkg-deb --fsys-tarfile "$package"_*.deb |
	tar -x "./$boot" "./$modules/drivers/net/virtio_net.ko" "./$modules/fs/fuse"
mkdir -p "$dir/usr/lib/debug/lib" "$dir/$boot"
rm -rf "$dir/usr/lib/debug/lib/modules"
mv usr/lib/debug/lib/modules "$dir/usr/lib/debug/lib/"
mv "$boot"/System.map-* "$dir/$boot/"
mv "$boot/vmlinux-$release" "$dir/$boot/" # last: it is what says that all is there
