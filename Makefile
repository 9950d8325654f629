.DEFAULT_GOAL := help
.PHONY: help setup demo test check clean

# npm puts the pinned Node (a package like any other) first on PATH, whatever the machine's own version is.
RUN := npm run --silent

help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: node_modules/.package-lock.json ## Install what the project needs

node_modules/.package-lock.json: package.json package-lock.json app/package.json components/package.json policies/package.json scripts/package.json
	npm ci --no-fund --no-audit --loglevel=error
	@touch $@

demo: setup ## Preview production as out/preview.html, then drive payments through the service
	$(RUN) strongroom -- preview --stack production --out out/preview.html
	$(RUN) demo

test: setup ## Everything: types, lint, format, all suites
	@scripts/test/system-packages chromium postgresql-15 pgbouncer redis-server python3-venv openssl
	@scripts/test/python-tools
	$(RUN) test:all

check: setup ## What one runs while working: types, lint, format, unit tests
	$(RUN) typecheck && $(RUN) lint && $(RUN) format && $(RUN) test

clean: ## Remove everything that was made
	rm -rf node_modules out coverage components/dist policies/dist
