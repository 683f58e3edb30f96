-- Whether an endpoint that asks for these types gets events of that one: exactly, all, or payment_intent.*
create function events.asks_for(enabled text[], type text) returns boolean
language sql immutable strict parallel safe
begin atomic
  select type = any (enabled) or '*' = any (enabled)
    or exists (select from unnest(enabled) as each (pattern)
               where right(pattern, 2) = '.*' and starts_with(type, left(pattern, -1)));
end;

-- One event's way to one endpoint. There is one for each pair, however often it is sent.
create table events.deliveries (
  merchant text collate "C" not null,
  mode text collate "C" not null check (mode in ('test', 'live')),
  id text collate "C" not null check (id ~ '^dlv_[0-9A-Za-z]{1,60}$'),
  endpoint text collate "C" not null,
  seq bigint not null check (seq > 0),
  event text collate "C" not null,
  event_type text collate "C" not null,
  status text not null check (status in ('pending', 'delivered', 'failed')),
  -- Requests made in all, and under the schedule that is being gone through.
  attempts int not null default 0 check (attempts >= 0),
  tries int not null default 0 check (tries >= 0),
  -- Somebody had it sent again.
  manual boolean not null default false,
  next_attempt_at timestamptz,
  -- Whoever sends it just now, by the database's clock.
  lease uuid,
  leased_until timestamptz,
  last_status int,
  last_error text,
  created_at timestamptz not null,
  delivered_at timestamptz,
  primary key (merchant, mode, id),
  constraint one_delivery_of_an_event_to_an_endpoint unique (endpoint, seq),
  foreign key (merchant, mode, endpoint) references events.webhook_endpoints (merchant, mode, id),
  constraint due_while_pending check ((status = 'pending') = (next_attempt_at is not null)),
  constraint leased_while_pending check (lease is null or status = 'pending'),
  constraint lease_has_an_end check ((lease is null) = (leased_until is null))
);
create index deliveries_of_event on events.deliveries (merchant, mode, seq, id);
create index deliveries_due on events.deliveries (endpoint, next_attempt_at, seq) where status = 'pending';
create index deliveries_waiting on events.deliveries (endpoint, seq) where status = 'pending';
create index deliveries_leased on events.deliveries (endpoint, leased_until) where lease is not null;
create index deliveries_failed on events.deliveries (endpoint, seq) where status = 'failed';
create index deliveries_created_at on events.deliveries (created_at);

-- One request, and what it came to. Only ever added to, until it is too old.
create table events.delivery_attempts (
  merchant text collate "C" not null,
  mode text collate "C" not null check (mode in ('test', 'live')),
  id text collate "C" not null,
  delivery text collate "C" not null,
  number int not null check (number > 0),
  manual boolean not null,
  api_version text not null,
  -- What the event's pending_webhooks was in the body: the rest of it is the event.
  pending int not null,
  url text not null,
  request_headers json not null,
  status int,
  error text,
  response_headers json,
  response_body text,
  response_truncated boolean,
  duration_ms int not null check (duration_ms >= 0),
  started_at timestamptz not null,
  primary key (merchant, mode, id),
  constraint answered_with_a_status check ((status is null) = (response_headers is null)),
  constraint answered_wholly check ((response_headers is null) = (response_body is null)
    and (response_headers is null) = (response_truncated is null))
);
create index delivery_attempts_of_delivery on events.delivery_attempts (merchant, mode, delivery, number);
create index delivery_attempts_started_at on events.delivery_attempts (started_at);

-- A delivery is called by what it is of, so that it has one name however often it is made. Its first letters are those
-- of the event's time.
create function events.delivery_id(event text, endpoint text) returns text
language sql immutable strict parallel safe
begin atomic
  select 'dlv_' || substr(event, 5, 8) || left(md5(event || '/' || endpoint), 16);
end;

-- An event is never stored without its deliveries, whoever stores it.
create function events.make_deliveries() returns trigger language plpgsql as $$
begin
  insert into events.deliveries (
    merchant, mode, id, endpoint, seq, event, event_type, status, next_attempt_at, created_at)
  select stored.merchant, stored.mode,
    events.delivery_id(stored.id, endpoint.id),
    endpoint.id, stored.seq, stored.id, stored.type, 'pending',
    -- At once: never later than now, by whichever clock.
    least(stored.created_at, now()), now()
  from stored
  join events.webhook_endpoints endpoint
    on endpoint.merchant = stored.merchant and endpoint.mode = stored.mode
  where endpoint.status = 'enabled' and endpoint.deleted_at is null
    and events.asks_for(endpoint.enabled_events, stored.type);
  return null;
end $$;
create trigger make_deliveries after insert on events.events
  referencing new table as stored for each statement execute function events.make_deliveries();

grant select, insert on events.deliveries, events.delivery_attempts to events_app;
grant update (status, attempts, tries, manual, next_attempt_at, lease, leased_until, last_status, last_error,
  delivered_at) on events.deliveries to events_app;
-- What is past its retention: deliveries that ended, and attempts. Neither is ever changed to be that.
grant delete on events.deliveries, events.delivery_attempts to events_app;
