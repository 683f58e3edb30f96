-- Events are kept in partitions, so that old ones leave by their table being dropped (docs/adr/0023). The partitions are
-- ranges of the event's id: it begins with the time at which it was made, and the one key that must be unique in all the
-- world can hold the partition's key only if it is that key.

-- What no event's id comes before that was made at a time or later.
create function events.id_floor(at timestamptz) returns text language plpgsql immutable strict parallel safe as $$
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
end $$;

-- Which events are there: all from first_seq to stored_seq. What was given out is stored by the commit (see below).
alter table events.heads
  add column first_seq bigint not null default 1 check (first_seq > 0),
  add column stored_seq bigint not null default 0;
update events.heads head set stored_seq = last_seq, first_seq = coalesce((
  select min(seq) from events.events event where event.merchant = head.merchant and event.mode = head.mode), last_seq + 1);
alter table events.heads add constraint stored_as_far_as_given_out check (stored_seq <= last_seq and first_seq <= stored_seq + 1);

-- By when nothing that was stored before waits for its acknowledgement any more.
alter table events.sources add column drained_at timestamptz;
grant update (drained_at) on events.sources to events_app;

alter table events.cli_resends drop constraint cli_resends_event_id_fkey;
drop trigger make_deliveries on events.events;
-- Within a merchant's order later ones are stored later: the transaction may have waited for the head.
alter table events.events alter column stored_at set default clock_timestamp();
alter table events.events rename to events_rest;
alter table events.events_rest rename constraint events_pkey to events_rest_pkey;
alter table events.events_rest rename constraint events_id_key to events_rest_id_key;
alter index events.events_of_type rename to events_rest_of_type;
revoke all on events.events_rest from events_app;

-- The order has a unique index in each partition; that it holds between them is seen to by the trigger below.
create table events.events (like events.events_rest including defaults including constraints) partition by range (id);
alter table events.events add constraint events_id_key unique (id);
create index events_of_type on events.events (merchant, mode, type, seq);
grant select, insert on events.events to events_app;

-- Events that are there already stay where they are, as the partition of all time up to the end of the week.
do $$
declare
  until constant timestamptz := date_trunc('week', now(), 'UTC') + interval '7 days';
  bound constant text := events.id_floor(until);
  name constant text := 'events_until_' || to_char(until at time zone 'UTC', 'YYYYMMDD');
begin
  if exists (select from events.events_rest) then
    execute format('alter table events.events_rest rename to %I', name);
    execute format('alter table events.%I rename constraint events_rest_pkey to %I', name, name || '_pkey');
    execute format('alter table events.%I rename constraint events_rest_id_key to %I', name, name || '_id_key');
    execute format('alter index events.events_rest_of_type rename to %I', name || '_of_type');
    execute format('create table events.events_rest (like events.%I including all)', name);
    alter index events.events_rest_merchant_mode_type_seq_idx rename to events_rest_of_type;
    -- Ids of another making, or by a clock that is ahead.
    execute format('with moved as (delete from events.%I where id >= %L returning *)
      insert into events.events_rest select * from moved', name, bound);
    execute format('alter table events.events attach partition events.%I for values from (minvalue) to (%L)', name, bound);
  end if;
end $$;
-- Whatever there is no partition for: an insert never fails for want of one.
alter table events.events attach partition events.events_rest default;

alter table events.cli_resends add foreign key (event_id) references events.events (id);

-- Of a delivery that is still to be tried its event cannot leave; no such delivery can be made of one that has left.
alter table events.deliveries
  add column awaited text collate "C" generated always as (case when status = 'pending' then event end) stored;
create index deliveries_awaited on events.deliveries (awaited) where awaited is not null;
alter table events.deliveries
  add constraint awaited_event_is_there foreign key (awaited) references events.events (id);

create trigger make_deliveries after insert on events.events
  referencing new table as stored for each statement execute function events.make_deliveries();

-- What is inserted goes on where the order ended: no seq twice, none left out, none that was not given out.
create function events.go_on_in_order() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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
end $$;
create trigger order_goes_on after insert on events.events
  referencing new table as stored for each statement execute function events.go_on_in_order();

create function events.check_all_is_stored() returns trigger language plpgsql as $$
begin
  if exists (select from events.heads
             where merchant = new.merchant and mode = new.mode and stored_seq <> last_seq) then
    raise exception 'a seq of % in % mode was given out to no event', new.merchant, new.mode
      using errcode = 'check_violation';
  end if;
  return null;
end $$;
create constraint trigger all_is_stored after insert or update of last_seq on events.heads
  deferrable initially deferred for each row execute function events.check_all_is_stored();
