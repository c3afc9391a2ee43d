#!/bin/sh
# Installs those of the named Debian packages that are missing. As root or with
# sudo; elsewhere it says what is to be installed by hand. Doing it twice does
# nothing.
set -eu

missing=
for p in "$@"; do
	if ! dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed'; then
		missing="$missing $p"
	fi
done
if [ -z "$missing" ]; then
	exit 0
fi
if ! command -v apt-get >/dev/null; then
	echo "tests/packages.sh: this is no Debian; install what these packages hold:$missing" >&2
	exit 0 # what is really missing is named by what needs it
fi

by_hand() {
	echo "tests/packages.sh: cannot install packages; as root: apt-get install$missing" >&2
	exit 0 # what is really missing is named by what needs it
}

sudo=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || by_hand
	sudo=sudo
	[ -t 0 ] || sudo='sudo -n'
	$sudo true || by_hand
fi
echo "installing missing packages:$missing"
export DEBIAN_FRONTEND=noninteractive
install() { $sudo apt-get install -y -q --no-install-recommends $missing </dev/null; }
install >/dev/null 2>&1 || {
	$sudo apt-get update -q </dev/null
	install
}
