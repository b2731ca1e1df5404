# Every target is the npm script of the same name; make only installs first if the lockfile changed.
# ARGS passes arguments on: make bench ARGS="--seconds 2 --only single"
COMMANDS = up demo test check generate format worker admin-create password-reset mfa-reset migrate ledger-verify encryption-rotate \
	backup restore bench bench-growth bench-lists seed-large torture

.PHONY: help $(COMMANDS)

help: ## list the commands
	@echo 'Each command is also an npm script: npm run <name> -- <arguments>. make passes ARGS="<arguments>" on.'
	@grep -hE '^[a-z-]+: ##' $(MAKEFILE_LIST) | sed 's/: ## /\t/' | expand -t 20
	@echo 'A script such as check:types is one part of a command: npm run check:types.'

up: ## run the platform on http://localhost:8000, with its own PostgreSQL and demo data
demo: ## play a feed of purchases through the running platform (FEED=path.csv for a real one)
test: ## run every test, on databases of their own (ARGS=tests/config.test.ts for one file)
check: ## check types, lint, format, module walls, unused code, generated files, SQL, credentials
generate: ## rewrite the generated files: database types, openapi.json, pages of docs/
format: ## format the code and apply the safe lint fixes
worker: ## run the recurring jobs in a process of their own, beside others that serve the API
admin-create: ## create an administrator; asks for email and password
password-reset: ## print a token with which an account sets a new password (ARGS=email)
mfa-reset: ## remove a lost second factor of an account (ARGS=email)
migrate: ## migrate the database of DATABASE_URL as the owner of MIGRATION_DATABASE_URL
ledger-verify: ## prove the books: balances, journal, sources and audit log
encryption-rotate: ## encrypt with the first key of ENCRYPTION_KEYS what an older key protects
backup: ## copy the embedded database to a file, also while the platform runs (ARGS=file)
restore: ## make the embedded database from such a file, where there is none (ARGS=file)
bench: ## measure the platform on this machine (ARGS="--seconds 2 --only single,batch")
bench-growth: ## compare a purchase in a database of millions with an almost empty one (ARGS="--large folder")
bench-lists: ## measure pages of large lists on a running platform
seed-large: ## fill an empty database with millions of purchases (ARGS="--purchases 100000")
torture: ## find out what the platform survives, within an hour (ARGS="--scale 0.05 --only crash,network")

demo: FEED_ARGS = $${FEED:+--feed "$$FEED"}

$(COMMANDS): node_modules/.package-lock.json
	@npm run --silent $@ -- $(FEED_ARGS) $(ARGS)

node_modules/.package-lock.json: package-lock.json
	@npm ci
