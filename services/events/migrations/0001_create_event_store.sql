-- The newest seq of each merchant and mode. Its row is the lock under which the next seqs are given out.
create table events.heads (
  merchant text collate "C" not null,
  mode text collate "C" not null check (mode in ('test', 'live')),
  last_seq bigint not null check (last_seq > 0),
  primary key (merchant, mode)
);

create table events.events (
  merchant text collate "C" not null,
  mode text collate "C" not null check (mode in ('test', 'live')),
  seq bigint not null check (seq > 0),
  id text collate "C" not null unique check (id ~ '^evt_[0-9A-Za-z]{1,60}$'),
  type text collate "C" not null check (type ~ '^[a-z_]+(\.[a-z_]+)+$'),
  api_version text not null,
  created_at timestamptz not null,
  request_id text,
  idempotency_key text,
  -- As text, so that an object reads as the API shows it: jsonb would order its members by length.
  object json not null check (json_typeof(object) = 'object'),
  source text collate "C" not null,
  stored_at timestamptz not null default now(),
  primary key (merchant, mode, seq)
);
create index events_of_type on events.events (merchant, mode, type, seq);

-- One row per outbox: who reads it now. The epoch rises with every change of holder.
create table events.sources (
  name text collate "C" primary key,
  holder text collate "C" not null,
  leased_until timestamptz not null,
  epoch bigint not null check (epoch > 0)
);

-- What could not be stored, as it came, so that nobody has to wait for it and nothing is thrown away.
create table events.dead_letters (
  source text collate "C" not null,
  position text collate "C" not null,
  event_id text collate "C" not null,
  reason text not null,
  content text not null,
  put_aside_at timestamptz not null default now(),
  primary key (source, position, event_id)
);

-- History is only ever added to: the running service has no right to change or delete an event.
grant usage on schema events to events_app;
grant select, insert on events.events, events.dead_letters to events_app;
grant select, insert, update (last_seq) on events.heads to events_app;
grant select, insert, update (holder, leased_until, epoch) on events.sources to events_app;
