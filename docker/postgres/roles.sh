#!/bin/sh
# Runs once, on a server that is new and still empty: makes a service's database, its owner, the login it runs as, and
# the one people look in with. The same as packages/postgres/src/embedded/roles.ts makes; a test compares the two.
#
# MICRO_SERVICE names the schema and is the stem of the roles, MICRO_DATABASE the database; the passwords are files in
# MICRO_SECRETS. psql reads them itself, since everyone on the machine can read the arguments of a program.
set -eu

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
  --set service="$MICRO_SERVICE" --set database="$MICRO_DATABASE" <<'SQL'
\set owner_password `cat "$MICRO_SECRETS/owner-password"`
\set app_password `cat "$MICRO_SECRETS/app-password"`
select :'service' || '_owner' as owner, :'service' || '_app' as app \gset

create role :"owner" login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password :'owner_password';
create role :"app" login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password :'app_password';
alter role :"app" set search_path = :"service";

create database :"database" owner :"owner" template template0;
revoke all on database :"database" from public;
grant connect on database :"database" to :"app";

-- Everyone knows this login: it reads, and cannot keep the service out by taking every connection. What it sees is
-- granted by the owner, after the migrations.
create role "user" login nosuperuser nocreatedb nocreaterole noreplication nobypassrls connection limit 40 password 'password';
alter role "user" set default_transaction_read_only = 'on';
alter role "user" set statement_timeout = '60s';
grant connect on database :"database" to "user";
alter role "user" in database :"database" set search_path = :"service";
revoke all on database postgres from public;
revoke all on database template1 from public;

\connect :database
revoke execute on function lo_creat(int), lo_create(oid), lo_from_bytea(oid, bytea) from public;
select string_agg(oid::regprocedure::text, ', ') as advisory from pg_proc
where pronamespace = 'pg_catalog'::regnamespace and proname ~ 'advisory' \gset
revoke execute on function :advisory from public;
grant execute on function :advisory to :"owner", :"app";
revoke create on schema public from public;
create schema :"service" authorization :"owner";
SQL
