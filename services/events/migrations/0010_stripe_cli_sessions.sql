-- How far each session of Stripe's command line is: what it has not acknowledged it gets when it comes back.
create table events.cli_sessions (
  -- SHA-256 of the id the session connects with, and its credential sealed under a key made of that same id: neither
  -- lets anybody in who only reads them here.
  websocket_hash text collate "C" primary key check (websocket_hash ~ '^[0-9a-f]{64}$'),
  sealed_credential text not null,
  merchant text collate "C" not null,
  mode text collate "C" not null check (mode in ('test', 'live')),
  key_id text collate "C" not null,
  device_name text not null,
  features text[] not null check (features <@ '{webhooks,v2_events,request_logs}' and cardinality(features) > 0),
  filters text not null,
  after_seq bigint not null check (after_seq >= 0),
  connected boolean not null default false,
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now()
);
create index cli_sessions_of_key on events.cli_sessions (merchant, mode, key_id, seen_at);
create index cli_sessions_by_age on events.cli_sessions (seen_at);

-- Events that a session is to get once more, whatever its place in the order, until it has acknowledged them.
create table events.cli_resends (
  websocket_hash text collate "C" not null references events.cli_sessions on delete cascade,
  merchant text collate "C" not null,
  mode text collate "C" not null check (mode in ('test', 'live')),
  event_id text collate "C" not null references events.events (id),
  requested_at timestamptz not null default now(),
  primary key (websocket_hash, event_id)
);

grant select, insert, delete, update (after_seq, connected, seen_at) on events.cli_sessions to events_app;
grant select, insert, delete, update (requested_at) on events.cli_resends to events_app;
