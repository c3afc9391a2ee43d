#!/bin/bash
# Runs every fuzz target of the module for FUZZTIME (default 30s), two at a time.
set -euo pipefail

time=${FUZZTIME:-30s}
go=${GO:-go}

# Lines "PACKAGE TARGET": go test -list prints the targets, then "ok PACKAGE TIME".
list() {
	"$go" test -list '^Fuzz' ./... | awk '
		/^Fuzz/ { targets[n++] = $1 }
		$1 == "ok" { for (i = 0; i < n; i++) print $2, targets[i]; n = 0 }'
}

one() {
	local out
	if out=$("$go" test -run '^$' -fuzz "^$2\$" -fuzztime "$time" -parallel 2 -timeout 20m "$1" 2>&1); then
		echo "ok $2 ($1): $(grep -o 'execs: [0-9]*' <<<"$out" | tail -1)"
	elif grep -q 'context deadline exceeded' <<<"$out" && ! grep -q 'Failing input' <<<"$out"; then
		# What go test says when a busy machine ends the last run late; no input failed.
		echo "ok $2 ($1), ended late: $(grep -o 'execs: [0-9]*' <<<"$out" | tail -1)"
	else
		printf 'FAIL %s (%s)\n%s\n' "$2" "$1" "$out"
		return 1
	fi
}
export -f one
export time go

targets=$(list)
echo "$(wc -l <<<"$targets") fuzz targets, $time each"
xargs -P 2 -L 1 bash -c 'one "$1" "$2"' fuzz <<<"$targets"
