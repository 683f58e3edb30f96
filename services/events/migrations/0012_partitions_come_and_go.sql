-- The service's role cannot make or drop a table, nor delete an event: it can have these do so, which know what may go.
-- Each gives up at once when a lock is not to be had: it is tried again, and nobody else is refused on its account.

-- Makes the partitions of this week and of some that come. How many.
create function events.make_partitions(weeks int) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '500ms' as $$
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
end $$;

-- Whether events of a source that were stored at a time may be handed out again by its outbox.
create function events.is_unacknowledged(source text, stored_at timestamptz) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
  select exists (
    select from events.sources
    where sources.name = is_unacknowledged.source
      and (sources.drained_at is null or sources.drained_at <= is_unacknowledged.stored_at));
end;

-- Drops the oldest partition once all that was made in its week was stored more than `days` ago; none row: not yet. With
-- it goes what each merchant's order has before its last event in there, wherever that lies. What is in there that was
-- stored later (a dead letter made an event after weeks) moves to the rest.
create function events.drop_oldest_partition(days int)
returns table (partition_name text, hindered_by text, events_gone bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '500ms' as $$
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
end $$;

-- Deletes of what lies in no partition of a week what was stored more than `days` ago, from the beginning of each
-- merchant's order on. How many.
create function events.delete_from_rest(days int, at_most int) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '500ms' as $$
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
end $$;

revoke execute on function events.make_partitions, events.drop_oldest_partition, events.delete_from_rest,
  events.is_unacknowledged, events.go_on_in_order from public;
grant execute on function events.make_partitions, events.drop_oldest_partition, events.delete_from_rest to events_app;
