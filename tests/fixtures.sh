#!/bin/bash
# The large files that tests and benchmarks read, once, into the user's cache
# directory: the kernel of Debian's cloud images with its debug info (a package of
# 280 MB, of which vmlinux, System.map and a few modules are kept, 600 MB).
set -euo pipefail

dir=${XDG_CACHE_HOME:-$HOME/.cache}/stackfs-fixtures
package=$(apt-cache depends --no-recommends linux-image-cloud-amd64-dbg | sed -n 's/^ *Depends: //p' | head -1)
release=${package#linux-image-}
release=${release%-dbg}
boot=usr/lib/debug/boot
[ -s "$dir/$boot/vmlinux-$release" ] && exit 0

mkdir -p "$dir"
work=$(mktemp -d "$dir/new.XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"
apt-get download -q "$package"
modules=usr/lib/debug/lib/modules/$release/kernel
dpkg-deb --fsys-tarfile "$package"_*.deb |
	tar -x "./$boot" "./$modules/drivers/net/virtio_net.ko" "./$modules/fs/fuse"
mkdir -p "$dir/usr/lib/debug/lib" "$dir/$boot"
rm -rf "$dir/usr/lib/debug/lib/modules"
mv usr/lib/debug/lib/modules "$dir/usr/lib/debug/lib/"
mv "$boot"/System.map-* "$dir/$boot/"
mv "$boot/vmlinux-$release" "$dir/$boot/" # last: it is what says that all is there
