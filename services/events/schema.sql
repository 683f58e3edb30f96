-- Written by make schema from the migrations, for reading and for review. Not for running.

schema events
  grant events_app: usage

table events.audited_acts
  column id text collate "C" not null
  column merchant text collate "C"
  column mode text
  column action text not null
  column actor_kind text not null
  column actor text collate "C" not null
  column subject text collate "C" not null
  column client_ip text
  column request_id text not null
  column detail jsonb not null
  column attempts integer not null default 0
  column created_at timestamp with time zone not null
  column due_at timestamp with time zone
  column told_at timestamp with time zone
  constraint audited_acts_pkey PRIMARY KEY (id)
  constraint audited_acts_action_check CHECK (action ~ '^[a-z_]+\.[a-z_]+$'::text)
  constraint audited_acts_actor_kind_check CHECK (actor_kind = ANY (ARRAY['user'::text, 'api_key'::text]))
  constraint audited_acts_client_ip_check CHECK (length(client_ip) <= 64)
  constraint audited_acts_detail_check CHECK (jsonb_typeof(detail) = 'object'::text)
  constraint audited_acts_id_check CHECK (id ~ '^aud_'::text)
  constraint audited_acts_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  constraint due_until_told CHECK ((due_at IS NULL) = (told_at IS NOT NULL))
  constraint mode_of_a_merchant CHECK ((merchant IS NULL) = (mode IS NULL))
  index CREATE INDEX audited_acts_due ON events.audited_acts USING btree (due_at) WHERE (due_at IS NOT NULL)
  grant events_app: insert, select
  grant events_app: update (attempts, due_at, told_at)

table events.cli_resends
  column websocket_hash text collate "C" not null
  column merchant text collate "C" not null
  column mode text collate "C" not null
  column event_id text collate "C" not null
  column requested_at timestamp with time zone not null default now()
  constraint cli_resends_pkey PRIMARY KEY (websocket_hash, event_id)
  constraint cli_resends_event_id_fkey FOREIGN KEY (event_id) REFERENCES events.events(id)
  constraint cli_resends_event_id_fkey_1 FOREIGN KEY (event_id) REFERENCES events.events_rest(id)
  constraint cli_resends_websocket_hash_fkey FOREIGN KEY (websocket_hash) REFERENCES events.cli_sessions(websocket_hash) ON DELETE CASCADE
  constraint cli_resends_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  grant events_app: delete, insert, select
  grant events_app: update (requested_at)

table events.cli_sessions
  column websocket_hash text collate "C" not null
  column sealed_credential text not null
  column merchant text collate "C" not null
  column mode text collate "C" not null
  column key_id text collate "C" not null
  column device_name text not null
  column features text[] not null
  column filters text not null
  column after_seq bigint not null
  column connected boolean not null default false
  column created_at timestamp with time zone not null default now()
  column seen_at timestamp with time zone not null default now()
  constraint cli_sessions_pkey PRIMARY KEY (websocket_hash)
  constraint cli_sessions_after_seq_check CHECK (after_seq >= 0)
  constraint cli_sessions_features_check CHECK (features <@ '{webhooks,v2_events,request_logs}'::text[] AND cardinality(features) > 0)
  constraint cli_sessions_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  constraint cli_sessions_websocket_hash_check CHECK (websocket_hash ~ '^[0-9a-f]{64}$'::text)
  index CREATE INDEX cli_sessions_by_age ON events.cli_sessions USING btree (seen_at)
  index CREATE INDEX cli_sessions_of_key ON events.cli_sessions USING btree (merchant, mode, key_id, seen_at)
  grant events_app: delete, insert, select
  grant events_app: update (after_seq, connected, seen_at)

table events.dead_letters
  column source text collate "C" not null
  column position text collate "C" not null
  column event_id text collate "C" not null
  column reason text not null
  column content text not null
  column put_aside_at timestamp with time zone not null default now()
  column number bigint not null generated always as identity
  column redriven_at timestamp with time zone
  constraint dead_letters_pkey PRIMARY KEY (source, "position", event_id)
  constraint number_names_one_letter UNIQUE (number)
  grant events_app: insert, select
  grant events_app: update (redriven_at)

sequence events.dead_letters_number_seq

table events.deliveries
  column merchant text collate "C" not null
  column mode text collate "C" not null
  column id text collate "C" not null
  column endpoint text collate "C" not null
  column seq bigint not null
  column event text collate "C" not null
  column event_type text collate "C" not null
  column status text not null
  column attempts integer not null default 0
  column tries integer not null default 0
  column manual boolean not null default false
  column next_attempt_at timestamp with time zone
  column lease uuid
  column leased_until timestamp with time zone
  column last_status integer
  column last_error text
  column created_at timestamp with time zone not null
  column delivered_at timestamp with time zone
  column awaited text collate "C" generated always as (
CASE
    WHEN (status = 'pending'::text) THEN event
    ELSE NULL::text
END) stored
  constraint deliveries_pkey PRIMARY KEY (merchant, mode, id)
  constraint one_delivery_of_an_event_to_an_endpoint UNIQUE (endpoint, seq)
  constraint awaited_event_is_there FOREIGN KEY (awaited) REFERENCES events.events(id)
  constraint awaited_event_is_there_1 FOREIGN KEY (awaited) REFERENCES events.events_rest(id)
  constraint deliveries_merchant_mode_endpoint_fkey FOREIGN KEY (merchant, mode, endpoint) REFERENCES events.webhook_endpoints(merchant, mode, id)
  constraint deliveries_attempts_check CHECK (attempts >= 0)
  constraint deliveries_id_check CHECK (id ~ '^dlv_[0-9A-Za-z]{1,60}$'::text)
  constraint deliveries_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  constraint deliveries_seq_check CHECK (seq > 0)
  constraint deliveries_status_check CHECK (status = ANY (ARRAY['pending'::text, 'delivered'::text, 'failed'::text]))
  constraint deliveries_tries_check CHECK (tries >= 0)
  constraint due_while_pending CHECK ((status = 'pending'::text) = (next_attempt_at IS NOT NULL))
  constraint lease_has_an_end CHECK ((lease IS NULL) = (leased_until IS NULL))
  constraint leased_while_pending CHECK (lease IS NULL OR status = 'pending'::text)
  index CREATE INDEX deliveries_awaited ON events.deliveries USING btree (awaited) WHERE (awaited IS NOT NULL)
  index CREATE INDEX deliveries_created_at ON events.deliveries USING btree (created_at)
  index CREATE INDEX deliveries_due ON events.deliveries USING btree (endpoint, next_attempt_at, seq) WHERE (status = 'pending'::text)
  index CREATE INDEX deliveries_failed ON events.deliveries USING btree (endpoint, seq) WHERE (status = 'failed'::text)
  index CREATE INDEX deliveries_leased ON events.deliveries USING btree (endpoint, leased_until) WHERE (lease IS NOT NULL)
  index CREATE INDEX deliveries_of_event ON events.deliveries USING btree (merchant, mode, seq, id)
  index CREATE INDEX deliveries_waiting ON events.deliveries USING btree (endpoint, seq) WHERE (status = 'pending'::text)
  grant events_app: delete, insert, select
  grant events_app: update (status, attempts, tries, manual, next_attempt_at, lease, leased_until, last_status, last_error, delivered_at)

table events.delivery_attempts
  column merchant text collate "C" not null
  column mode text collate "C" not null
  column id text collate "C" not null
  column delivery text collate "C" not null
  column number integer not null
  column manual boolean not null
  column api_version text not null
  column pending integer not null
  column url text not null
  column request_headers json not null
  column status integer
  column error text
  column response_headers json
  column response_body text
  column response_truncated boolean
  column duration_ms integer not null
  column started_at timestamp with time zone not null
  column endpoint text collate "C"
  constraint delivery_attempts_pkey PRIMARY KEY (merchant, mode, id)
  constraint answered_wholly CHECK ((response_headers IS NULL) = (response_body IS NULL) AND (response_headers IS NULL) = (response_truncated IS NULL))
  constraint answered_with_a_status CHECK ((status IS NULL) = (response_headers IS NULL))
  constraint delivery_attempts_duration_ms_check CHECK (duration_ms >= 0)
  constraint delivery_attempts_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  constraint delivery_attempts_number_check CHECK (number > 0)
  index CREATE INDEX delivery_attempts_of_delivery ON events.delivery_attempts USING btree (merchant, mode, delivery, number)
  index CREATE INDEX delivery_attempts_of_endpoint ON events.delivery_attempts USING btree (merchant, mode, endpoint, started_at) INCLUDE (status, duration_ms)
  index CREATE INDEX delivery_attempts_started_at ON events.delivery_attempts USING btree (started_at)
  grant events_app: delete, insert, select

partitioned table events.events
  column merchant text collate "C" not null
  column mode text collate "C" not null
  column seq bigint not null
  column id text collate "C" not null
  column type text collate "C" not null
  column api_version text not null
  column created_at timestamp with time zone not null
  column request_id text
  column idempotency_key text
  column object json not null
  column source text collate "C" not null
  column stored_at timestamp with time zone not null default clock_timestamp()
  column object_id text collate "C"
  column payment_intent text collate "C"
  column customer text collate "C"
  constraint events_id_key UNIQUE (id)
  constraint events_id_check CHECK (id ~ '^evt_[0-9A-Za-z]{1,60}$'::text)
  constraint events_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  constraint events_object_check CHECK (json_typeof(object) = 'object'::text)
  constraint events_seq_check CHECK (seq > 0)
  constraint events_type_check CHECK (type ~ '^[a-z_]+(\.[a-z_]+)+$'::text)
  index CREATE INDEX events_of_customer ON ONLY events.events USING btree (merchant, mode, customer, seq) WHERE (customer IS NOT NULL)
  index CREATE INDEX events_of_object ON ONLY events.events USING btree (merchant, mode, object_id, seq) WHERE (object_id IS NOT NULL)
  index CREATE INDEX events_of_payment ON ONLY events.events USING btree (merchant, mode, payment_intent, seq) WHERE (payment_intent IS NOT NULL)
  index CREATE INDEX events_of_type ON ONLY events.events USING btree (merchant, mode, type, seq)
  trigger CREATE TRIGGER make_deliveries AFTER INSERT ON events.events REFERENCING NEW TABLE AS stored FOR EACH STATEMENT EXECUTE FUNCTION events.make_deliveries()
  trigger CREATE TRIGGER order_goes_on AFTER INSERT ON events.events REFERENCING NEW TABLE AS stored FOR EACH STATEMENT EXECUTE FUNCTION events.go_on_in_order()
  grant events_app: insert, select

table DEFAULT events.events_rest
  column merchant text collate "C" not null
  column mode text collate "C" not null
  column seq bigint not null
  column id text collate "C" not null
  column type text collate "C" not null
  column api_version text not null
  column created_at timestamp with time zone not null
  column request_id text
  column idempotency_key text
  column object json not null
  column source text collate "C" not null
  column stored_at timestamp with time zone not null default clock_timestamp()
  column object_id text collate "C"
  column payment_intent text collate "C"
  column customer text collate "C"
  constraint events_rest_pkey PRIMARY KEY (merchant, mode, seq)
  constraint events_rest_id_key UNIQUE (id)
  constraint events_id_check CHECK (id ~ '^evt_[0-9A-Za-z]{1,60}$'::text)
  constraint events_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  constraint events_object_check CHECK (json_typeof(object) = 'object'::text)
  constraint events_seq_check CHECK (seq > 0)
  constraint events_type_check CHECK (type ~ '^[a-z_]+(\.[a-z_]+)+$'::text)
  index CREATE INDEX events_rest_of_customer ON events.events_rest USING btree (merchant, mode, customer, seq) WHERE (customer IS NOT NULL)
  index CREATE INDEX events_rest_of_object ON events.events_rest USING btree (merchant, mode, object_id, seq) WHERE (object_id IS NOT NULL)
  index CREATE INDEX events_rest_of_payment ON events.events_rest USING btree (merchant, mode, payment_intent, seq) WHERE (payment_intent IS NOT NULL)
  index CREATE INDEX events_rest_of_type ON events.events_rest USING btree (merchant, mode, type, seq)

table events.heads
  column merchant text collate "C" not null
  column mode text collate "C" not null
  column last_seq bigint not null
  column first_seq bigint not null default 1
  column stored_seq bigint not null default 0
  constraint heads_pkey PRIMARY KEY (merchant, mode)
  constraint heads_first_seq_check CHECK (first_seq > 0)
  constraint heads_last_seq_check CHECK (last_seq > 0)
  constraint heads_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  constraint stored_as_far_as_given_out CHECK (stored_seq <= last_seq AND first_seq <= (stored_seq + 1))
  trigger CREATE CONSTRAINT TRIGGER all_is_stored AFTER INSERT OR UPDATE OF last_seq ON events.heads DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION events.check_all_is_stored()
  grant events_app: insert, select
  grant events_app: update (last_seq)

table events.idempotency_keys
  column merchant text collate "C" not null
  column mode text not null
  column key text collate "C" not null
  column fingerprint text not null
  column request_id text not null
  column created_at timestamp with time zone not null
  column leased_until timestamp with time zone
  column recovery_point text
  column status integer
  column body text
  constraint idempotency_keys_pkey PRIMARY KEY (merchant, mode, key)
  constraint idempotency_keys_check CHECK ((status IS NULL) = (body IS NULL))
  constraint idempotency_keys_key_check CHECK (length(key) >= 1 AND length(key) <= 255)
  constraint idempotency_keys_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  index CREATE INDEX idempotency_keys_created_at ON events.idempotency_keys USING btree (created_at)
  grant events_app: delete, insert, select, update

table events.migrations
  column name text collate "C" not null
  column checksum text not null
  column applied_at timestamp with time zone not null default now()
  constraint migrations_pkey PRIMARY KEY (name)

table events.sources
  column name text collate "C" not null
  column holder text collate "C" not null
  column leased_until timestamp with time zone not null
  column epoch bigint not null
  column drained_at timestamp with time zone
  constraint sources_pkey PRIMARY KEY (name)
  constraint sources_epoch_check CHECK (epoch > 0)
  grant events_app: insert, select
  grant events_app: update (holder, leased_until, epoch, drained_at)

table events.webhook_endpoints
  column merchant text collate "C" not null
  column mode text collate "C" not null
  column id text collate "C" not null
  column url text not null
  column enabled_events text[] not null
  column api_version text
  column description text
  column metadata jsonb not null default '{}'::jsonb
  column status text not null
  column disabled_reason text
  column secret text
  column previous_secret text
  column previous_secret_until timestamp with time zone
  column signature text not null
  column in_order boolean not null
  column concurrency smallint not null
  column rate smallint
  column timeout_seconds smallint not null
  column rate_left double precision
  column rate_at timestamp with time zone
  column failing_since timestamp with time zone
  column failures integer not null default 0
  column created_at timestamp with time zone not null
  column deleted_at timestamp with time zone
  constraint webhook_endpoints_pkey PRIMARY KEY (merchant, mode, id)
  constraint id_names_one_endpoint UNIQUE (id)
  constraint previous_secret_has_an_end CHECK ((previous_secret IS NULL) = (previous_secret_until IS NULL))
  constraint reason_when_disabled CHECK ((status = 'disabled'::text) = (disabled_reason IS NOT NULL))
  constraint secret_while_there CHECK ((deleted_at IS NULL) = (secret IS NOT NULL))
  constraint webhook_endpoints_concurrency_check CHECK (concurrency >= 1 AND concurrency <= 32)
  constraint webhook_endpoints_disabled_reason_check CHECK (disabled_reason = ANY (ARRAY['requested'::text, 'failing'::text, 'gone'::text]))
  constraint webhook_endpoints_enabled_events_check CHECK (cardinality(enabled_events) >= 1 AND cardinality(enabled_events) <= 400)
  constraint webhook_endpoints_failures_check CHECK (failures >= 0)
  constraint webhook_endpoints_id_check CHECK (id ~ '^we_[0-9A-Za-z]{1,60}$'::text)
  constraint webhook_endpoints_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  constraint webhook_endpoints_rate_check CHECK (rate >= 1 AND rate <= 1000)
  constraint webhook_endpoints_signature_check CHECK (signature = ANY (ARRAY['stripe'::text, 'standard_webhooks'::text, 'both'::text]))
  constraint webhook_endpoints_status_check CHECK (status = ANY (ARRAY['enabled'::text, 'disabled'::text]))
  constraint webhook_endpoints_timeout_seconds_check CHECK (timeout_seconds >= 1 AND timeout_seconds <= 30)
  constraint webhook_endpoints_url_check CHECK (length(url) <= 2048)
  index CREATE INDEX webhook_endpoints_listed ON events.webhook_endpoints USING btree (merchant, mode, created_at, id) WHERE (deleted_at IS NULL)
  grant events_app: insert, select
  grant events_app: update (url, enabled_events, description, metadata, status, disabled_reason, secret, previous_secret, previous_secret_until, signature, in_order, concurrency, rate, timeout_seconds, rate_left, rate_at, failing_since, failures, deleted_at)

CREATE OR REPLACE FUNCTION events.asks_for(enabled text[], type text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
BEGIN ATOMIC
 SELECT ((type = ANY (enabled)) OR (('*'::text = ANY (enabled)) AND (NOT starts_with(type, 'ledger.'::text))) OR (EXISTS ( SELECT
            FROM unnest(asks_for.enabled) each(pattern)
           WHERE (("right"(each.pattern, 2) = '.*'::text) AND starts_with(asks_for.type, "left"(each.pattern, '-1'::integer))))));
END
-- execute: events_owner, public

CREATE OR REPLACE FUNCTION events.check_all_is_stored()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if exists (select from events.heads
             where merchant = new.merchant and mode = new.mode and stored_seq <> last_seq) then
    raise exception 'a seq of % in % mode was given out to no event', new.merchant, new.mode
      using errcode = 'check_violation';
  end if;
  return null;
end $function$
-- execute: events_owner, public

CREATE OR REPLACE FUNCTION events.delete_from_rest(days integer, at_most integer)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '500ms'
AS $function$
declare
  cutoff constant timestamptz := now() - make_interval(days => days);
  ids text[];
begin
  if days is null or days < 7 then raise exception 'events are kept for 7 days at least' using errcode = 'invalid_parameter_value'; end if;
  if not pg_try_advisory_xact_lock(hashtextextended('events.partitions', 0)) then return 0; end if;
  select coalesce(array_agg(id), '{}') into ids from (
    select old.id from (
      select merchant, mode, seq, id, row_number() over tenant as place,
        bool_or(events.is_unacknowledged(source, stored_at)
          or exists (select from events.deliveries where awaited = event.id)) over tenant as is_hindered
      from events.events_rest event
      where stored_at < cutoff
      window tenant as (partition by merchant, mode order by seq)
    ) old
    join events.heads head on head.merchant = old.merchant and head.mode = old.mode
    where old.seq = head.first_seq + old.place - 1 and not old.is_hindered
    order by old.merchant, old.mode, old.seq
    limit at_most
  ) leaving;
  delete from events.cli_resends where event_id = any (ids);
  with gone as (delete from events.events_rest where id = any (ids) returning merchant, mode, seq)
  update events.heads head set first_seq = tenant.cut + 1
  from (select merchant, mode, max(seq) as cut from gone group by merchant, mode) tenant
  where head.merchant = tenant.merchant and head.mode = tenant.mode;
  return cardinality(ids);
end $function$
-- execute: events_app, events_owner

CREATE OR REPLACE FUNCTION events.delivery_id(event text, endpoint text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
BEGIN ATOMIC
 SELECT (('dlv_'::text || substr(event, 5, 8)) || "left"(md5(((event || '/'::text) || endpoint)), 16));
END
-- execute: events_owner, public

CREATE OR REPLACE FUNCTION events.drop_oldest_partition(days integer)
 RETURNS TABLE(partition_name text, hindered_by text, events_gone bigint)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '500ms'
AS $function$
declare
  cutoff constant timestamptz := now() - make_interval(days => days);
  late_max constant int := 1000;
  merchants text[];
  modes text[];
  cuts bigint[];
  late text[];
  unacknowledged boolean;
begin
  if days is null or days < 7 then raise exception 'events are kept for 7 days at least' using errcode = 'invalid_parameter_value'; end if;
  if not pg_try_advisory_xact_lock(hashtextextended('events.partitions', 0)) then return; end if;
  select relname into partition_name
  from pg_inherits join pg_class on pg_class.oid = inhrelid
  where inhparent = 'events.events'::regclass and relname ~ '^events_until_\d{8}$'
  order by relname collate "C" limit 1;
  -- A day for what was on its way when the week ended.
  if partition_name is null or right(partition_name, 8)::timestamp at time zone 'UTC' + interval '1 day' > cutoff then
    return;
  end if;

  -- Nobody adds to it from here on. Everything else goes on until it is detached.
  execute format('lock table events.%I in share mode', partition_name);
  execute format('select array_agg(merchant), array_agg(mode), array_agg(cut), coalesce(sum(events), 0) from (
      select merchant, mode, max(seq) as cut, count(*) as events from events.%I where stored_at < $1 group by merchant, mode
    ) of_tenant', partition_name) into merchants, modes, cuts, events_gone using cutoff;
  execute format('select coalesce(array_agg(id), ''{}'') from (
      select id from events.%I where stored_at >= $1 limit $2
    ) late', partition_name) into late using cutoff, late_max + 1;
  execute format('select exists (
      select from (select source, max(stored_at) as newest from events.%I where stored_at < $1 group by source) told
      where events.is_unacknowledged(source, newest)
    )', partition_name) into unacknowledged using cutoff;
  delete from events.cli_resends where requested_at < now() - interval '7 days';
  hindered_by := case
    when cardinality(late) > late_max then 'many of its events were stored later'
    when unacknowledged then 'its outbox may hand it out again'
    when exists (
      select from events.deliveries delivery
      left join unnest(merchants, modes, cuts) as tenant (merchant, mode, cut) using (merchant, mode)
      where delivery.awaited is not null and (delivery.seq <= tenant.cut or delivery.awaited = any (late))
    ) then 'deliveries are still to be tried'
    when exists (select from events.cli_resends where event_id = any (late)) then 'sessions are to get it once more'
  end;
  if hindered_by is not null then
    return next;
    return;
  end if;

  delete from events.cli_resends resend
  using events.events event, unnest(merchants, modes, cuts) as tenant (merchant, mode, cut)
  where event.id = resend.event_id and event.merchant = tenant.merchant and event.mode = tenant.mode
    and event.seq <= tenant.cut;
  execute format('alter table events.events detach partition events.%I', partition_name);
  execute format('insert into events.events_rest select * from events.%I where id = any ($1)', partition_name) using late;
  delete from events.events event
  using unnest(merchants, modes, cuts) as tenant (merchant, mode, cut)
  where event.merchant = tenant.merchant and event.mode = tenant.mode and event.seq <= tenant.cut;
  update events.heads head set first_seq = tenant.cut + 1
  from unnest(merchants, modes, cuts) as tenant (merchant, mode, cut)
  where head.merchant = tenant.merchant and head.mode = tenant.mode and head.first_seq <= tenant.cut;
  execute format('drop table events.%I', partition_name);
  return next;
end $function$
-- execute: events_app, events_owner

CREATE OR REPLACE FUNCTION events.go_on_in_order()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  tenants bigint;
  in_order bigint;
begin
  with part as (
    select merchant, mode, min(seq) as first, max(seq) as last, count(*) as rows, count(distinct seq) as seqs
    from stored group by merchant, mode
  ),
  moved as (
    update events.heads head set stored_seq = part.last
    from part
    where head.merchant = part.merchant and head.mode = part.mode and head.stored_seq = part.first - 1
      and part.rows = part.seqs and part.seqs = part.last - part.first + 1 and part.last <= head.last_seq
    returning 1
  )
  select (select count(*) from part), (select count(*) from moved) into tenants, in_order;
  if tenants <> in_order then
    raise exception 'events must go on where their merchant''s order ended' using errcode = 'check_violation';
  end if;
  return null;
end $function$
-- execute: events_owner

CREATE OR REPLACE FUNCTION events.id_floor(at timestamp with time zone)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
declare
  digits constant text := '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  rest bigint := floor(extract(epoch from at) * 1000);
  made text := '';
begin
  for place in 1..8 loop
    made := substr(digits, (rest % 62)::int + 1, 1) || made;
    rest := rest / 62;
  end loop;
  return 'evt_' || made;
end $function$
-- execute: events_owner, public

CREATE OR REPLACE FUNCTION events.is_unacknowledged(source text, stored_at timestamp with time zone)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
BEGIN ATOMIC
 SELECT (EXISTS ( SELECT
            FROM events.sources
           WHERE ((sources.name = is_unacknowledged.source) AND ((sources.drained_at IS NULL) OR (sources.drained_at <= is_unacknowledged.stored_at))))) AS "exists";
END
-- execute: events_owner

CREATE OR REPLACE FUNCTION events.make_deliveries()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
end $function$
-- execute: events_owner, public

CREATE OR REPLACE FUNCTION events.make_partitions(weeks integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '500ms'
AS $function$
declare
  monday constant timestamptz := date_trunc('week', now(), 'UTC');
  made int := 0;
begin
  if weeks is null or weeks not between 0 and 52 then
    raise exception 'partitions are made for 52 weeks at most' using errcode = 'invalid_parameter_value';
  end if;
  if not pg_try_advisory_xact_lock(hashtextextended('events.partitions', 0)) then return 0; end if;
  for ahead in 0..weeks loop
    declare
      since constant text := events.id_floor(monday + ahead * interval '7 days');
      until constant timestamptz := monday + (ahead + 1) * interval '7 days';
      name constant text := 'events_until_' || to_char(until at time zone 'UTC', 'YYYYMMDD');
    begin
      continue when to_regclass('events.' || name) is not null;
      -- What came while there was no partition stays in the rest, and so does what follows it in that week.
      continue when exists (select from events.events_rest where id >= since and id < events.id_floor(until));
      execute format('create table events.%I (like events.events_rest including all)', name);
      execute format('alter table events.events attach partition events.%I for values from (%L) to (%L)',
        name, since, events.id_floor(until));
      made := made + 1;
    end;
  end loop;
  return made;
end $function$
-- execute: events_app, events_owner
