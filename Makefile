# Every target is the npm script of the same name; `make` only installs first when the lockfile changed.
.PHONY: help up demo test check generate format admin-create ledger-verify bench torture

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

up: node_modules/.package-lock.json ## run the platform on http://localhost:8000, with its own PostgreSQL
	@npm run --silent up

demo: node_modules/.package-lock.json ## play a feed of purchases through the running platform (FEED=path.csv for a real one)
	@npm run --silent demo -- $${FEED:+--feed "$$FEED"} $(ARGS)

test: node_modules/.package-lock.json ## run every test, on databases of their own
	@npm run --silent test

check: node_modules/.package-lock.json ## types, lint, format, module walls, unused code, generated files, SQL, credentials
	@npm run --silent check

generate: node_modules/.package-lock.json ## rewrite the generated files: database types, openapi.json, pages of docs/
	@npm run --silent generate

format: node_modules/.package-lock.json ## format and apply the safe lint fixes
	@npm run --silent format

admin-create: node_modules/.package-lock.json ## create an administrator; asks for email and password
	@npm run --silent admin:create

ledger-verify: node_modules/.package-lock.json ## prove the books: balances, journal, sources and audit log
	@npm run --silent ledger:verify

bench: node_modules/.package-lock.json ## measure what the platform does on this machine (ARGS="--seconds 2 --only single,batch")
	@npm run --silent bench -- $(ARGS)

torture: node_modules/.package-lock.json ## find out what the platform survives, within an hour (ARGS="--scale 0.05 --only crash,network")
	@npm run --silent torture -- $(ARGS)

node_modules/.package-lock.json: package-lock.json
	@npm ci
