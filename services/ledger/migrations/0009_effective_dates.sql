-- Balances at a date of effect. Recording costs the same whatever date a transaction names: what counts at another time
-- than it was recorded is noted beside the entries, and a balance at a date of effect is the balance at the seq of that
-- date, put right by the few that are noted.

-- When a transaction counts, where that is not when it took effect: a fact of Micro's own that came after its period was
-- closed counts when it was recorded. Null for all others.
alter table ledger.transactions add column booked_at timestamptz,
  add constraint transactions_booked_late check (booked_at is null or
    (booked_at = created_at and effective_at < created_at and starts_with(reference_id, 'micro:')));

-- The posted entries of transactions that count at another time than they were recorded: a projection, written by
-- ledger.shift_entries alone. What is held counts from when it is held until it is captured or given back, whatever the
-- dates say.
create table ledger.shifted_entries (
  lane smallint not null,
  book bigint not null,
  account bigint not null,
  seq bigint not null,
  leg smallint not null,
  counts_at timestamptz not null,
  amount numeric(38, 0) not null,
  primary key (lane, book, account, seq, leg)
);
-- An account's, in the order in which they count.
create index shifted_entries_by_time on ledger.shifted_entries (account, counts_at, seq, leg) include (amount, lane);

insert into ledger.shifted_entries (lane, book, account, seq, leg, counts_at, amount)
select t.lane, t.book, e.account, e.seq, e.leg, t.effective_at, e.amount
from ledger.transactions t
join ledger.entries e on e.lane = t.lane and e.book = t.book and e.seq = t.seq
where t.effective_at <> t.created_at and e.layer = 'posted';

-- An account's entries on the layer `pending`: few accounts have any, and those may lie far apart.
create index entries_pending on ledger.entries (account, seq) where layer = 'pending';

create function ledger.shift_entries() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  insert into ledger.shifted_entries (lane, book, account, seq, leg, counts_at, amount)
  select t.lane, t.book, e.account, e.seq, e.leg, coalesce(t.booked_at, t.effective_at), e.amount
  from added t
  cross join lateral (
    select * from ledger.entries e where e.lane = t.lane and e.book = t.book and e.seq = t.seq
    offset 0 -- looks each up by its key, where a join might begin with all entries there are
  ) e
  where coalesce(t.booked_at, t.effective_at) <> t.created_at and e.layer = 'posted';
  return null;
end $$;
create trigger shift_entries after insert on ledger.transactions
  referencing new table as added for each statement execute function ledger.shift_entries();
create trigger refuse_change before update or delete or truncate on ledger.shifted_entries
  for each statement execute function ledger.refuse_change();
create trigger refuse_addition before insert on ledger.shifted_entries
  for each statement when (pg_trigger_depth() = 0) execute function ledger.refuse_change();
alter table ledger.transactions enable always trigger shift_entries;
alter table ledger.shifted_entries enable always trigger refuse_change, enable always trigger refuse_addition;

-- Credits minus debits of an account, of what was posted up to the seq `known`; and of that, unless `until` is null,
-- only what counts before `until`, where `until_seq` is the last seq recorded before then. A table, so that PostgreSQL
-- makes it part of the query that asks; the book is left out, since with it the planner may read the book's entries
-- backwards in search of one of the account's.
create function ledger.net_at(of_lane smallint, of_account bigint, known bigint, until timestamptz, until_seq bigint)
returns table (net numeric) language sql stable as $$
  select coalesce((
      select e.balance_after from (
        select l.book, l.seq from ledger.entries l
        where l.lane = of_lane and l.account = of_account and l.seq <= least(known, until_seq) and l.layer = 'posted'
        order by l.seq desc limit 1
      ) l
      join ledger.entries e on e.lane = of_lane and e.book = l.book and e.seq = l.seq
      where e.account = of_account and e.layer = 'posted'
      order by e.leg desc limit 1
    ), 0)
    -- recorded by then, and counting later
    - coalesce((
      select sum(s.amount) from ledger.shifted_entries s
      where s.lane = of_lane and s.account = of_account and s.counts_at >= until and s.seq <= least(known, until_seq)
    ), 0)
    -- recorded later, and counting by then
    + coalesce((
      select sum(s.amount) from ledger.shifted_entries s
      where s.lane = of_lane and s.account = of_account and s.counts_at < until and s.seq > until_seq and s.seq <= known
    ), 0)
$$;

revoke execute on all functions in schema ledger from public;
grant execute on function ledger.net_at to ledger_app;
grant select on ledger.shifted_entries to ledger_app;
