# make demo    build, install what is missing, and walk through a sample program
# make test    everything that can be tested
# make lint    formatting, vet, staticcheck, generated files
# make fuzz    every fuzz target for FUZZTIME (30s)
# make bench   the table of performance ratios
# make install the program, man pages, completion, systemd unit (PREFIX, DESTDIR)

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := build

GO ?= go
PREFIX ?= /usr/local
DESTDIR ?=
FUZZTIME ?= 30s
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

# A source tree of another owner, or without git, has no commit to put into the version.
VCS := $(shell git rev-parse HEAD >/dev/null 2>&1 && echo auto || echo false)
export GOFLAGS := -mod=readonly -buildvcs=$(VCS)
export GO FUZZTIME

# Packages that trace, serve or share: tested under the race detector and on one CPU.
CAREFUL := ./core/... ./nodes/... ./fs/... ./probes/... ./drivers/...

DEMO_PACKAGES := fuse3 gcc libc6-dev xxd procps
TEST_PACKAGES := $(DEMO_PACKAGES) gdb elfutils binutils xz-utils strace g++ gcc-multilib g++-multilib clang llvm dwz pahole python3-drgn debuginfod file less bsdextrautils python3 util-linux libc6-dbg python3.11-dbg lua5.4 liblua5.4-0-dbg diffutils

.PHONY: build
build:
	$(GO) build -o build/stackfs ./cmd/stackfs

.PHONY: demo
demo:
	tests/packages.sh $(DEMO_PACKAGES)
	$(MAKE) --no-print-directory build
	build/stackfs demo $(DEMOFLAGS)

.PHONY: test
test: packages test-race test-one-cpu test-rest

.PHONY: packages
packages:
	tests/packages.sh $(TEST_PACKAGES)
	tests/fixtures.sh

.PHONY: test-race
test-race:
	$(GO) test -race -timeout 15m $(CAREFUL)

.PHONY: test-one-cpu
test-one-cpu:
	GOMAXPROCS=1 $(GO) test -timeout 15m $(CAREFUL)

.PHONY: test-rest
test-rest:
	$(GO) test -timeout 15m ./debuginfo/... ./cmd/... ./tests/...

.PHONY: fuzz
fuzz:
	tests/fuzz.sh

.PHONY: bench
bench: packages
	@test -d tests/bench || { echo 'there is no tests/bench yet'; exit 1; }
	$(GO) run ./tests/bench

.PHONY: lint
lint:
	@out=$$(gofmt -l .); test -z "$$out" || { echo "gofmt -w $$out"; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...
	$(GO) mod verify >/dev/null
	@$(GO) run ./cmd/stackfs tree --markdown | diff -u docs/tree.md - || { echo 'docs/tree.md is stale: make generate'; exit 1; }

.PHONY: generate
generate:
	mkdir -p docs
	$(GO) run ./cmd/stackfs tree --markdown > docs/tree.md.new
	mv docs/tree.md.new docs/tree.md

.PHONY: install
install: build
	install -D -m 755 build/stackfs $(DESTDIR)$(PREFIX)/bin/stackfs
	rm -rf build/man && build/stackfs docs build/man
	install -d $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 build/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	build/stackfs completion bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/stackfs
	build/stackfs completion zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_stackfs
	build/stackfs completion fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/stackfs.fish
	install -D -m 644 cmd/stackfs/stackfs.service $(DESTDIR)$(PREFIX)/lib/systemd/system/stackfs.service
	@sed -i 's|/usr/local/bin|$(PREFIX)/bin|' $(DESTDIR)$(PREFIX)/lib/systemd/system/stackfs.service

.PHONY: clean
clean:
	rm -rf build
