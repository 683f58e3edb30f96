#!/bin/sh
# Stands for the entry point of the image `postgres`, as far as compose.yaml leans on it: makes the cluster on the first
# start, runs the scripts of /docker-entrypoint-initdb.d on a server that only its socket reaches, then becomes the server.
set -eu

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  mkdir -p "$PGDATA"
  # The arguments are words, and are meant to be split.
  initdb --pgdata="$PGDATA" --username=postgres --pwfile="$POSTGRES_PASSWORD_FILE" $POSTGRES_INITDB_ARGS
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  # Debian's place for sockets belongs to whoever runs the tests.
  printf "listen_addresses = '127.0.0.1'\nunix_socket_directories = '%s'\n" "$PGHOST" >>"$PGDATA/postgresql.conf"
  PGPASSWORD=$(cat "$POSTGRES_PASSWORD_FILE")
  export PGPASSWORD
  # Of this process group, so that whatever ends us ends it.
  postgres -D "$PGDATA" -c listen_addresses= &
  server=$!
  until pg_isready -q; do
    kill -0 "$server" || exit 1
    sleep 0.1
  done
  for script in $INITDB_SCRIPTS; do "$script"; done
  kill -INT "$server" && wait "$server"
  unset PGPASSWORD
fi
unset PGHOST
exec "$@"
