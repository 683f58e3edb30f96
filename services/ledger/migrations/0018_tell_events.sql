-- What the ledger has to tell that the events service has not taken yet; what it took is deleted. Both tables are numbered
-- by one sequence, taken under the lock of the book or account that changed: so what is told of one is told in order.
create sequence ledger.outbox_order;

-- A flight's transactions of one book, of which some are to be told. Written with them in one statement, once for however
-- many they are: they never change, so that their events can be made of them when they are fetched. No constraint that
-- PostgreSQL would read for each flight again, and no index but the one that it is fetched by.
create table ledger.stretches (
  id bigint primary key default nextval('ledger.outbox_order'),
  lane smallint not null,
  book bigint not null,
  first_seq bigint not null,
  last_seq bigint not null,
  created_at timestamptz not null default now()
);

-- What changes, or is told with what changes, as it was at its commit.
create table ledger.outbox (
  id bigint primary key default nextval('ledger.outbox_order'),
  event_id text collate "C" not null unique,
  merchant text collate "C" not null,
  mode text collate "C" not null check (mode in ('test', 'live')),
  type text collate "C" not null,
  created_at timestamptz not null,
  request_id text,
  idempotency_key text,
  -- As text, so that an event's object reads as the API shows it: jsonb would order its members by length.
  object json not null,
  previous_attributes json
);

grant usage on sequence ledger.outbox_order to ledger_app;
grant select, insert (lane, book, first_seq, last_seq), update (first_seq), delete on ledger.stretches to ledger_app;
grant select, delete, insert (event_id, merchant, mode, type, created_at, request_id, idempotency_key, object,
  previous_attributes) on ledger.outbox to ledger_app;
