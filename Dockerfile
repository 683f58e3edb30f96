# One image for everything of ours that runs in a container: the five services and the command line. compose.yaml says
# which of them a container is. The other images are PostgreSQL's and Redis's own.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY . .
RUN npm ci --loglevel=error
RUN node scripts/build.ts --image
RUN node scripts/dashboard.ts && node apps/docs/src/main.ts
# Bundles hold all they import but compiled code, which therefore comes along; the rest of node_modules stays behind.
RUN mkdir image state && cp -r --parents package.json LICENSE apps/micro/dist/micro.js services/*/dist/*.js services/*/migrations docs/errors.md docs/stripe-coverage.md docs/asyncapi.json node_modules/@node-rs image
# What browsers are shown, as far as it is built.
RUN for site in apps/dashboard/dist apps/docs/dist; do if [ -d "$site" ]; then cp -r --parents "$site" image; fi; done

FROM node:24-bookworm-slim
WORKDIR /app
COPY --from=build /app/image ./
# Nothing is ever written but where compose.yaml puts a volume, which takes its owner from this folder. The number is that of the user in the image of PostgreSQL, so
# that one owner fits all files of secrets, each of which only one container sees.
COPY --from=build --chown=999:999 /app/state /var/lib/micro
USER 999:999
CMD ["node", "apps/micro/dist/micro.js", "--help"]
