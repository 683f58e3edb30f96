-- Answers of keyed requests. The service seals their bodies: some tell a secret that is told once.
create table events.idempotency_keys (
  merchant text collate "C" not null,
  mode text not null check (mode in ('test', 'live')),
  key text collate "C" not null check (length(key) between 1 and 255),
  fingerprint text not null,
  request_id text not null,
  created_at timestamptz not null,
  leased_until timestamptz,
  recovery_point text,
  status int,
  body text,
  primary key (merchant, mode, key),
  check ((status is null) = (body is null))
);
create index idempotency_keys_created_at on events.idempotency_keys (created_at);

-- Where a merchant has its events sent. A deleted one stays, without its secrets: deliveries name it.
create table events.webhook_endpoints (
  merchant text collate "C" not null,
  mode text collate "C" not null check (mode in ('test', 'live')),
  id text collate "C" not null check (id ~ '^we_[0-9A-Za-z]{1,60}$'),
  url text not null check (length(url) <= 2048),
  enabled_events text[] not null check (cardinality(enabled_events) between 1 and 400),
  api_version text,
  description text,
  metadata jsonb not null default '{}',
  status text not null check (status in ('enabled', 'disabled')),
  disabled_reason text check (disabled_reason in ('requested', 'failing', 'gone')),
  -- Sealed, and gone with the endpoint.
  secret text,
  previous_secret text,
  previous_secret_until timestamptz,
  signature text not null check (signature in ('stripe', 'standard_webhooks', 'both')),
  in_order boolean not null,
  concurrency smallint not null check (concurrency between 1 and 32),
  rate smallint check (rate between 1 and 1000),
  timeout_seconds smallint not null check (timeout_seconds between 1 and 30),
  -- How many requests may begin now, as of a moment by the database's clock; only where there is a rate.
  rate_left double precision,
  rate_at timestamptz,
  -- Since when nothing got through, and how often it was tried; both start anew with what does.
  failing_since timestamptz,
  failures int not null default 0 check (failures >= 0),
  created_at timestamptz not null,
  deleted_at timestamptz,
  primary key (merchant, mode, id),
  constraint id_names_one_endpoint unique (id),
  constraint reason_when_disabled check ((status = 'disabled') = (disabled_reason is not null)),
  constraint secret_while_there check ((deleted_at is null) = (secret is not null)),
  constraint previous_secret_has_an_end check ((previous_secret is null) = (previous_secret_until is null))
);
create index webhook_endpoints_listed on events.webhook_endpoints (merchant, mode, created_at, id)
  where deleted_at is null;

grant select, insert, update, delete on events.idempotency_keys to events_app;
-- Whose it is, and what it is called, never changes; nothing of it is ever removed.
grant select, insert on events.webhook_endpoints to events_app;
grant update (url, enabled_events, description, metadata, status, disabled_reason, secret, previous_secret,
  previous_secret_until, signature, in_order, concurrency, rate, timeout_seconds, rate_left, rate_at, failing_since,
  failures, deleted_at) on events.webhook_endpoints to events_app;
