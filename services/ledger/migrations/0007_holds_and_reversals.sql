-- What transactions of other kinds than plain posts may do, and what becomes of holds.

-- What became of each hold: a projection, so that those that are due or open can be found. Only ledger.follow_parents
-- writes it.
create table ledger.holds (
  lane smallint not null,
  book bigint not null,
  seq bigint not null,
  status text collate "C" not null check (status in ('open', 'captured', 'released', 'expired')),
  expires_at timestamptz,
  primary key (lane, book, seq)
) with (fillfactor = 80);
create index holds_by_status on ledger.holds (book, status, seq, lane);
create index holds_due on ledger.holds (expires_at, lane, book, seq) where status = 'open' and expires_at is not null;
create trigger refuse_drift before insert or update or delete on ledger.holds
  for each statement when (pg_trigger_depth() = 0) execute function ledger.refuse_change();
create trigger refuse_removal before truncate on ledger.holds
  for each statement execute function ledger.refuse_change();
alter table ledger.holds enable always trigger refuse_drift, enable always trigger refuse_removal;

-- Where an account stands in holds and in what takes back from them.
create index entries_held on ledger.entries (account, seq) where layer = 'pending';

-- What of each entry of a hold is neither captured nor given back, signed as the hold has it. Whatever takes back from
-- a hold adds entries of the opposite sign, so all that is left is a sum.
create view ledger.held as
select h.lane, h.book, h.seq, h.leg, h.account, h.amount, h.amount + coalesce((
  select sum(e.amount)
  from ledger.transactions c
  cross join lateral (
    select * from ledger.entries e
    where e.lane = c.lane and e.book = c.book and e.seq = c.seq and e.account = h.account and e.layer = 'pending'
    offset 0
  ) e
  where c.lane = h.lane and c.book = h.book and c.parent = h.seq and c.kind in ('capture', 'release', 'expire')
), 0) as remaining
from ledger.entries h;

-- Verifies what transactions of other kinds say about their parents, and moves the state of holds with them. Fires
-- after ledger.post_transactions (triggers go by name), when the book's row is taken and nothing else can come between.
create function ledger.follow_parents() returns trigger language plpgsql security definer set search_path = '' as $$
declare
  wrong record;
begin
  if not exists (select from added where kind <> 'post') then
    return null;
  end if;

  select t.seq into wrong
  from added t
  left join lateral (
    select * from ledger.transactions p where p.lane = t.lane and p.book = t.book and p.seq = t.parent offset 0
  ) p on true
  where case t.kind
    when 'post' then false
    when 'hold' then starts_with(t.reference_id, 'micro:')
    when 'reversal' then p.seq is null or p.kind not in ('post', 'capture')
      or starts_with(p.reference_id, 'micro:') or starts_with(t.reference_id, 'micro:')
    when 'expire' then p.seq is null or p.kind <> 'hold' or p.expires_at is null or p.expires_at > t.created_at
      or t.reference_id <> 'micro:hold_expired:hold_' || substr(p.id, 5)
    else p.seq is null or p.kind <> 'hold' or starts_with(t.reference_id, 'micro:')
      or (t.kind = 'capture' and p.expires_at <= t.created_at)
  end
  limit 1;
  if found then
    raise exception 'transaction % may not follow the one it names', wrong.seq using
      errcode = 'check_violation', constraint = 'transactions_follow', table = 'transactions', schema = 'ledger';
  end if;

  -- Leg by leg the opposite of what the other posted, and all of it.
  select t.seq into wrong
  from added t
  where t.kind = 'reversal' and (
    t.entry_count <> (
      select count(*) from ledger.entries p
      where p.lane = t.lane and p.book = t.book and p.seq = t.parent and p.layer = 'posted')
    or exists (
      select from ledger.entries e
      left join lateral (
        select * from ledger.entries p where p.lane = e.lane and p.book = e.book and p.seq = t.parent and p.leg = e.leg offset 0
      ) p on true
      where e.lane = t.lane and e.book = t.book and e.seq = t.seq
        and (p.layer is distinct from 'posted' or p.account <> e.account or p.amount <> -e.amount)))
  limit 1;
  if found then
    raise exception 'transaction % is not the opposite of what it reverses', wrong.seq using
      errcode = 'check_violation', constraint = 'transactions_opposite', table = 'transactions', schema = 'ledger';
  end if;

  -- An account stands in a hold once, so that what is left on it is one sum.
  select t.seq into wrong
  from added t
  where t.kind = 'hold' and t.entry_count <> (
    select count(distinct e.account) from ledger.entries e where e.lane = t.lane and e.book = t.book and e.seq = t.seq)
  limit 1;
  if found then
    raise exception 'hold % has an account twice', wrong.seq using
      errcode = 'check_violation', constraint = 'holds_accounts', table = 'transactions', schema = 'ledger';
  end if;

  -- On each account: taken back once, against the hold's own sign, and posted no more than is taken back.
  select t.seq into wrong
  from added t
  cross join lateral (
    select e.account, sum(e.amount) filter (where e.layer = 'pending') as taken,
      count(*) filter (where e.layer = 'pending') as times, coalesce(sum(e.amount) filter (where e.layer = 'posted'), 0) as posted,
      count(*) filter (where e.layer = 'posted') as postings
    from ledger.entries e
    where e.lane = t.lane and e.book = t.book and e.seq = t.seq
    group by e.account
  ) e
  left join lateral (
    select * from ledger.held h where h.lane = t.lane and h.book = t.book and h.seq = t.parent and h.account = e.account offset 0
  ) h on true
  where t.kind in ('capture', 'release', 'expire') and (
    h.account is null or e.times <> 1 or e.postings > 1 or sign(e.taken) <> -sign(h.amount)
    or sign(h.remaining) not in (0, sign(h.amount))
    or sign(e.posted) not in (0, sign(h.amount)) or abs(e.posted) > abs(e.taken))
  limit 1;
  if found then
    raise exception 'transaction % takes more from its hold than is left', wrong.seq using
      errcode = 'check_violation', constraint = 'holds_remaining', table = 'transactions', schema = 'ledger';
  end if;

  insert into ledger.holds (lane, book, seq, status, expires_at)
  select lane, book, seq, 'open', expires_at from added where kind = 'hold' order by lane, book, seq;

  update ledger.holds h
  set status = case t.kind when 'capture' then 'captured' when 'release' then 'released' else 'expired' end
  from (
    select distinct on (lane, book, parent) lane, book, parent, kind from added
    where kind in ('capture', 'release', 'expire') order by lane, book, parent, seq desc
  ) t
  where h.lane = t.lane and h.book = t.book and h.seq = t.parent and not exists (
    select from ledger.held l where l.lane = h.lane and l.book = h.book and l.seq = h.seq and l.remaining <> 0);

  -- Whoever gives back gives back all that is left, so that nothing can follow.
  select t.seq into wrong
  from added t
  join ledger.holds h on h.lane = t.lane and h.book = t.book and h.seq = t.parent
  where t.kind in ('release', 'expire') and h.status = 'open'
  limit 1;
  if found then
    raise exception 'transaction % leaves some of its hold', wrong.seq using
      errcode = 'check_violation', constraint = 'holds_given_back', table = 'transactions', schema = 'ledger';
  end if;
  return null;
end $$;
create trigger then_follow_parents after insert on ledger.transactions
  referencing new table as added for each statement execute function ledger.follow_parents();
alter table ledger.transactions enable always trigger then_follow_parents;

revoke execute on all functions in schema ledger from public;
grant select on ledger.held, ledger.holds to ledger_app;
