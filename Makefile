# make demo   the window with the practice environment; without a display the same import in the terminal
# make test   every test
# make nightly  two thousand rounds of kills and troubles, other ones each day, and a kill at every step
# Both install system packages only when they are missing, and say so.

GO     ?= go
TAGS   := migrated_fynedo
PURE   := ./assets/... ./core/... ./ui/... ./cmd/ferryctl/... ./cmd/internal/...
FERRY  := build/ferry
E2E    := build/ferry-e2e

.PHONY: demo test build unit keychain proxy postgres sheets e2e vet race bench benchmarks clean window nightly

demo:
ifeq ($(shell uname),Darwin)
	$(MAKE) build
	$(FERRY) -practice
else
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
	  $(MAKE) --no-print-directory build && $(FERRY) -practice; \
	else \
	  echo "There is no display: the same import in the terminal."; \
	  $(GO) run ./cmd/ferryctl demo; \
	fi
endif

build: window
	CGO_ENABLED=1 $(GO) build -tags $(TAGS) -o $(FERRY) ./cmd/ferry
	CGO_ENABLED=0 $(GO) build -o build/ferryctl ./cmd/ferryctl

window:
	@.ci/setup window

# make vet looks at all that these run, so that go test need not do it once more.
test: unit keychain proxy postgres sheets e2e

# Everything that needs neither a screen nor cgo.
unit:
	CGO_ENABLED=0 $(GO) test -vet=off -timeout 60m $(PURE)

# The keychain against a real Secret Service, in a home folder of its own.
keychain:
	@.ci/setup test
	.ci/keychain

# The whole way through a real proxy that wants a password.
proxy:
	@.ci/setup test
	.ci/proxy

# A real PostgreSQL server of the tests' own, on 127.0.0.1.
postgres:
	@.ci/setup test
	CGO_ENABLED=0 $(GO) test -count=1 -vet=off -timeout 30m -tags postgres ./core/postgres
	CGO_ENABLED=0 FERRY_CHAOS_ROUNDS=30 $(GO) test -count=1 -vet=off -timeout 30m -tags postgres -run PostgreSQL ./core/importer ./cmd/ferryctl ./cmd/internal/wiring

# A thousand rounds of chaos in files and databases of this computer, and as many in a PostgreSQL server; then kills at every step
# where make unit takes each third. A life that went wrong tells its seed: FERRY_CHAOS_SEED and FERRY_CHAOS_ROUNDS live it again.
nightly:
	@.ci/setup test
	CGO_ENABLED=0 FERRY_CHAOS_ROUNDS=$${FERRY_CHAOS_ROUNDS:-1000} FERRY_CHAOS_SEED=$${FERRY_CHAOS_SEED:-$$(date +%j)000} \
	  $(GO) test -count=1 -timeout 90m -v -tags postgres -run '^TestChaos' ./cmd/ferryctl
	CGO_ENABLED=0 FERRY_EVERY_STEP=1 $(GO) test -count=1 -timeout 60m -run 'Kill' ./core/importer ./cmd/internal/wiring ./cmd/ferryctl

# Workbooks and CSV files as a real LibreOffice reads them, every cell.
sheets:
	@.ci/setup test
	CGO_ENABLED=0 $(GO) test -count=1 -vet=off -timeout 30m -tags libreoffice -run LibreOffice ./cmd/ferryctl

# The real window under Xvfb, signing in with a real browser. Pictures are kept in build/pictures.
e2e:
	@.ci/setup test
	CGO_ENABLED=1 $(GO) build -tags "$(TAGS) e2e" -o $(E2E) ./cmd/ferry
	FERRY_E2E=$(CURDIR)/$(E2E) FERRY_PICTURES=$(CURDIR)/build/pictures CGO_ENABLED=0 $(GO) test -count=1 -vet=off -timeout 30m -tags e2e ./cmd/ferry/e2e

vet:
	CGO_ENABLED=0 $(GO) vet $(PURE)
	CGO_ENABLED=1 $(GO) vet -tags $(TAGS) ./cmd/ferry
	CGO_ENABLED=0 $(GO) vet -tags "e2e bench" ./cmd/ferry/e2e
	CGO_ENABLED=0 $(GO) vet -tags proxy ./cmd/ferryctl/proxied
	CGO_ENABLED=0 $(GO) vet -tags postgres ./core/postgres/... ./core/importer ./cmd/ferryctl ./cmd/internal/wiring
	CGO_ENABLED=0 $(GO) vet -tags "bench postgres" ./cmd/internal/bench
	CGO_ENABLED=0 $(GO) vet -tags libreoffice ./core/sheet/sheettest ./cmd/ferryctl
	CGO_ENABLED=0 GOOS=windows $(GO) vet ./core/... ./cmd/ferryctl/...
	CGO_ENABLED=0 GOOS=darwin $(GO) vet ./core/... ./cmd/ferryctl/...
	CGO_ENABLED=0 $(GO) run honnef.co/go/tools/cmd/staticcheck@v0.7.0 $(PURE)

# The emulators' and the terminal's tests are left out here: make unit has them, and all they run is run by others in this list.
RACE := ./core ./core/rest ./core/keychain ./core/signin ./core/dataverse ./core/importer ./core/journal ./core/sqlite ./core/sqlitefile ./core/sheet ./core/halo \
        ./core/practice/microsoft ./core/practice/halo ./core/report ./cmd/internal/... ./ui/...

# The detector needs each goroutine once: with -short, loops that kill at every step and walks through every world take a few of
# them (core/coretest/steps.go). It does not look into SQLite and JavaScript as translated from C, which keep their memory outside
# of Go's, where it sees nothing and only takes ten times as long.
race:
	@.ci/setup window
	CGO_ENABLED=1 $(GO) test -race -short -vet=off -timeout 60m -tags $(TAGS) -gcflags 'modernc.org/...=-race=false' $(RACE)

# What an import costs beside what else one could do, in one table; then memory over a million rows, and how the window answers
# meanwhile. Half an hour on a quiet machine. The table is added to build/bench.txt. The scripts' packages come into build/peers;
# what cannot be had is named as missing.
bench: window
	@.ci/setup test
	CGO_ENABLED=0 $(GO) build -o build/ferryctl ./cmd/ferryctl
	CGO_ENABLED=0 $(GO) test -c -tags "bench postgres" -o build/bench.test ./cmd/internal/bench
	mkdir -p build/peers && cp cmd/internal/bench/peers/* build/peers
	-cd build/peers && for n in 1 2; do timeout 900 npm install --no-audit --no-fund --fetch-timeout 60000 && test -f node_modules/better-sqlite3/build/Release/better_sqlite3.node && break; rm -rf node_modules; done
	build/bench.test -test.run TestTheTable -test.timeout 180m -ferryctl $(CURDIR)/build/ferryctl -peers $(CURDIR)/build/peers -table $(CURDIR)/build/bench.txt $(BENCH)
	CGO_ENABLED=0 $(GO) test -run '^$$' -bench AMillionAccounts -benchtime 1x -timeout 30m ./cmd/ferryctl
	CGO_ENABLED=1 $(GO) build -tags "$(TAGS) e2e" -o $(E2E) ./cmd/ferry
	FERRY_E2E=$(CURDIR)/$(E2E) FERRY_HEARTBEAT=$(CURDIR)/build/heartbeat FERRY_TERMINAL=$(CURDIR)/build/ferryctl CGO_ENABLED=0 $(GO) test -count=1 -timeout 15m -tags "e2e bench" -run TestTheHeart -v ./cmd/ferry/e2e

# The benchmarks of single packages.
benchmarks:
	@.ci/setup test
	CGO_ENABLED=0 $(GO) test -run '^$$' -bench . -benchtime 3x ./core/...
	CGO_ENABLED=0 $(GO) test -run '^$$' -bench . -benchtime 2x ./ui
	CGO_ENABLED=0 $(GO) test -run '^$$' -bench . -benchtime 1x -timeout 10m -tags postgres ./core/postgres

clean:
	rm -rf build
