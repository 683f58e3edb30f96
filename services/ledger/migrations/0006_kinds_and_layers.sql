-- Transactions of several kinds. A hold sets money aside: its entries lie on the layer `pending`. A capture posts what
-- was held and takes the pending entries back, a release or an expiry only takes them back, and a reversal posts the
-- opposite of another transaction. All of them are transactions of the book like any other.
--
-- A process of the version before goes on recording: what it writes is a `post`, whose bytes and rules are as they were.

alter table ledger.transactions
  add column kind text collate "C" not null default 'post'
    check (kind in ('post', 'hold', 'capture', 'release', 'expire', 'reversal')),
  -- The seq of the hold, or of the transaction that is reversed.
  add column parent bigint,
  add column expires_at timestamptz,
  add constraint transactions_parent check ((parent is null) = (kind in ('post', 'hold')) and parent < seq),
  add constraint transactions_expires
    check (expires_at is null or (kind = 'hold' and expires_at > created_at and expires_at <= '9999-12-31T23:59:59Z'));
create index transactions_of_parent on ledger.transactions (parent, book, kind, lane) where parent is not null;
create unique index transactions_reversed_once on ledger.transactions (parent, book, lane) where kind = 'reversal';

-- balance_after of an entry is its account's balance on the entry's own layer; account_version counts both.
alter table ledger.entries
  add column layer text collate "C" not null default 'posted' check (layer in ('posted', 'pending'));

alter table ledger.accounts
  add column pending_credits numeric(38, 0) not null default 0 check (pending_credits >= 0),
  add column pending_debits numeric(38, 0) not null default 0 check (pending_debits >= 0),
  drop constraint accounts_start_empty,
  add constraint accounts_start_empty check (version > 0 or
    (posted_credits = 0 and posted_debits = 0 and pending_credits = 0 and pending_debits = 0)),
  -- As if all that is held and would lower the balance were captured, and nothing of what would lift it; and the other
  -- way round. So no capture breaks a limit.
  drop constraint accounts_min_available,
  add constraint accounts_min_available check (min_available is null or min_available <= case normal_balance
    when 'credit' then posted_credits - posted_debits - pending_debits
    else posted_debits - posted_credits - pending_credits end),
  drop constraint accounts_max_balance,
  add constraint accounts_max_balance check (max_balance is null or max_balance >= case normal_balance
    when 'credit' then posted_credits - posted_debits + pending_credits
    else posted_debits - posted_credits + pending_debits end),
  drop constraint accounts_closed_at_zero,
  add constraint accounts_closed_at_zero check (status <> 'closed' or
    (posted_credits = posted_debits and pending_credits = 0 and pending_debits = 0));
drop trigger refuse_drift on ledger.accounts;
create trigger refuse_drift
  before update of posted_credits, posted_debits, pending_credits, pending_debits, version on ledger.accounts
  for each statement when (pg_trigger_depth() = 0) execute function ledger.refuse_change();
alter table ledger.accounts enable always trigger refuse_drift;

-- As before; a transaction that is no plain post has another first byte, and also says its kind, its parent, when it
-- expires and the layer of each entry.
create or replace view ledger.contents as
select t.lane, t.book, t.seq, sha256(
  case t.kind when 'post' then '\x01'::bytea else '\x02'::bytea end
  || int8send(t.seq) || ledger.counted(t.id) || ledger.counted(t.reference_id)
  || ledger.instant(t.created_at) || ledger.instant(t.effective_at)
  || case when t.text_salt is null then '\x00'::bytea else '\x01'::bytea || sha256(
    t.text_salt
    || case when t.description is null then '\x00'::bytea else '\x01'::bytea || ledger.counted(t.description) end
    || (select int4send(count(*)::int4) || coalesce(
          string_agg(ledger.counted(key) || ledger.counted(value), ''::bytea order by key collate "C"), ''::bytea)
        from jsonb_each_text(t.metadata))
  ) end
  || case when t.kind = 'post' then ''::bytea else ledger.counted(t.kind) || int8send(coalesce(t.parent, 0))
    || case when t.expires_at is null then '\x00'::bytea else '\x01'::bytea || ledger.instant(t.expires_at) end end
  || int4send(t.entry_count::int4)
  || (select string_agg(
        ledger.counted(a.public_id) || ledger.counted(a.currency) || ledger.counted(e.amount::text)
        || case when t.kind = 'post' then ''::bytea else ledger.counted(e.layer) end, ''::bytea order by e.leg)
      from ledger.entries e
      cross join lateral (
        select * from ledger.accounts a where a.lane = e.lane and a.book = e.book and a.id = e.account
        offset 0 -- holds the planner to this order: a join might begin with all accounts of the book
      ) a
      where e.lane = t.lane and e.book = t.book and e.seq = t.seq)
) as hash
from ledger.transactions t;

-- As before, with the layers: each sums to 0, each kind has its own, and each moves its own sums. What is taken back
-- from the layer `pending` lowers the side it once lifted.
create or replace function ledger.post_entries() returns trigger language plpgsql security definer set search_path = '' as $$
declare
  wrong record;
  moved bigint;
begin
  select e.seq, e.legs, t.entry_count, e.total, e.accounts into wrong
  from (
    select lane, book, seq, count(*) as legs, max(leg) as leg_last, sum(amount) as total, count(distinct account) as accounts,
      count(*) filter (where layer = 'pending') as held, sum(amount) filter (where layer = 'pending') as total_held
    from added group by lane, book, seq
  ) e
  left join lateral (
    select * from ledger.transactions t where t.lane = e.lane and t.book = e.book and t.seq = e.seq offset 0
  ) t on true
  where t.seq is null or e.legs <> t.entry_count or e.leg_last <> t.entry_count or e.total <> 0 or e.accounts < 2
    or e.total_held <> 0
    or case t.kind when 'post' then e.held > 0 when 'reversal' then e.held > 0
      when 'capture' then e.held = 0 or e.held = e.legs else e.held < e.legs end
  limit 1;
  if found then
    raise exception 'the entries of transaction % are not whole or not balanced', wrong.seq using
      errcode = 'check_violation', constraint = 'entries_balance', table = 'entries', schema = 'ledger',
      detail = format('%s of %s entries on %s accounts, sum %s', wrong.legs, wrong.entry_count, wrong.accounts, wrong.total);
  end if;

  select e.seq, e.leg, e.account into wrong
  from added e
  cross join lateral (
    select * from ledger.transactions t where t.lane = e.lane and t.book = e.book and t.seq = e.seq offset 0
  ) t
  left join lateral (
    select * from ledger.accounts a where a.lane = e.lane and a.book = e.book and a.id = e.account offset 0
  ) a on true
  where a.id is null or a.currency <> t.currency
    -- From a frozen account what was held may still be given back.
    or (a.status <> 'active' and not (a.status = 'frozen' and t.kind in ('release', 'expire')))
    -- Merchants do not move Micro's accounts, and Micro's own transactions do not move the merchant's. That a hold
    -- expires Micro records of itself; ledger.follow_parents sees to it that it gives back what the hold took.
    or a.system <> (starts_with(t.reference_id, 'micro:') and t.kind <> 'expire')
  limit 1;
  if found then
    raise exception 'entry % of transaction % is on an account of another book, currency or owner, or one not active',
      wrong.leg, wrong.seq using
      errcode = 'check_violation', constraint = 'entries_account', table = 'entries', schema = 'ledger';
  end if;

  update ledger.accounts a
  set posted_credits = a.posted_credits + m.credits, posted_debits = a.posted_debits + m.debits,
    pending_credits = a.pending_credits + m.held_credits, pending_debits = a.pending_debits + m.held_debits,
    version = a.version + m.legs
  from (
    select e.lane, e.book, e.account, count(*) as legs,
      min(e.account_version) as version_first, max(e.account_version) as version_last,
      coalesce(sum(greatest(e.amount, 0)) filter (where e.layer = 'posted'), 0) as credits,
      coalesce(sum(greatest(-e.amount, 0)) filter (where e.layer = 'posted'), 0) as debits,
      coalesce(sum(h.credits), 0) as held_credits, coalesce(sum(h.debits), 0) as held_debits
    from added e
    left join lateral (
      select case t.kind when 'hold' then greatest(e.amount, 0) else least(e.amount, 0) end as credits,
        case t.kind when 'hold' then greatest(-e.amount, 0) else least(-e.amount, 0) end as debits
      from ledger.transactions t
      where e.layer = 'pending' and t.lane = e.lane and t.book = e.book and t.seq = e.seq offset 0
    ) h on true
    group by e.lane, e.book, e.account
  ) m
  where a.lane = m.lane and a.book = m.book and a.id = m.account
    and m.version_first = a.version + 1 and m.version_last = a.version + m.legs;
  get diagnostics moved = row_count;
  if moved <> (select count(*) from (select from added group by lane, book, account) touched) then
    -- Someone else posted to the account since these entries were decided; deciding again is all it takes.
    raise exception 'entries were decided on balances that have moved since' using errcode = 'serialization_failure';
  end if;

  select e.seq, e.leg into wrong
  from (
    select seq, leg, layer, account_version, balance_after, amount, lane, book, account,
      row_number() over (partition by lane, book, account order by seq, leg) as nth,
      count(*) over (partition by lane, book, account) as legs,
      sum(amount) over (partition by lane, book, account, layer order by seq, leg) as so_far,
      sum(amount) over (partition by lane, book, account, layer) as total
    from added
  ) e
  cross join lateral (
    select * from ledger.accounts a where a.lane = e.lane and a.book = e.book and a.id = e.account offset 0
  ) a
  where e.account_version <> a.version - e.legs + e.nth
    or e.balance_after <> case e.layer when 'posted' then a.posted_credits - a.posted_debits
      else a.pending_credits - a.pending_debits end - e.total + e.so_far
  limit 1;
  if found then
    raise exception 'entry % of transaction % tells a wrong balance or version', wrong.leg, wrong.seq using
      errcode = 'check_violation', constraint = 'entries_chain', table = 'entries', schema = 'ledger';
  end if;
  return null;
end $$;

-- As before; currencies sum to 0 on each layer.
create or replace function ledger.post_transactions() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  moved bigint;
  wrong record;
begin
  if exists (
    select from added t
    -- One leg is proof enough: ledger.post_entries lets them in only all together.
    where not exists (
      select from ledger.entries e where e.lane = t.lane and e.book = t.book and e.seq = t.seq and e.leg = t.entry_count
      offset 0)
  ) then
    raise exception 'a transaction comes in one statement with its entries' using
      errcode = 'check_violation', constraint = 'transactions_have_entries', table = 'transactions', schema = 'ledger';
  end if;

  if exists (
    select from added t
    where t.currency is null and (
      select count(distinct each.currency) < 2 or bool_or(each.total <> 0) from (
        select a.currency, sum(e.amount) as total
        from ledger.entries e
        cross join lateral (
          select * from ledger.accounts a where a.lane = e.lane and a.book = e.book and a.id = e.account offset 0
        ) a
        where e.lane = t.lane and e.book = t.book and e.seq = t.seq
        group by a.currency, e.layer
      ) each
    )
  ) then
    raise exception 'a transaction without a currency of its own has several, and each of them sums to 0' using
      errcode = 'check_violation', constraint = 'transactions_currencies', table = 'transactions', schema = 'ledger';
  end if;

  if exists (
    select from (
      select created_at < lag(created_at) over (partition by lane, book order by seq) as backwards from added
    ) t where t.backwards
  ) then
    raise exception 'transactions of one book are recorded in the order of time' using
      errcode = 'check_violation', constraint = 'transactions_in_time', table = 'transactions', schema = 'ledger';
  end if;

  select t.seq into wrong from added t
  where t.content_hash is distinct from
    (select c.hash from ledger.contents c where c.lane = t.lane and c.book = t.book and c.seq = t.seq)
  limit 1;
  if found then
    raise exception 'transaction % has the hash of another content', wrong.seq using
      errcode = 'check_violation', constraint = 'transactions_content', table = 'transactions', schema = 'ledger';
  end if;

  select t.seq into wrong from (
    select lane, book, seq, content_hash, hash, lag(hash) over (partition by lane, book order by seq) as before from added
  ) t
  -- The first of a book follows what the book has; whether it may at all is asked below.
  where t.hash <> sha256(coalesce(t.before, (
    select coalesce(b.head_hash, ledger.genesis(b.merchant, b.mode)) from ledger.books b
    where b.lane = t.lane and b.id = t.book and b.last_seq = t.seq - 1
  )) || t.content_hash)
  limit 1;
  if found then
    raise exception 'transaction % does not follow the hash before it', wrong.seq using
      errcode = 'check_violation', constraint = 'transactions_chain', table = 'transactions', schema = 'ledger';
  end if;

  update ledger.books b set last_seq = t.seq_last, last_recorded_at = t.recorded_last, head_hash = (
    select h.hash from ledger.transactions h where h.lane = b.lane and h.book = b.id and h.seq = t.seq_last)
  from (
    select lane, book, count(*) as recorded, min(seq) as seq_first, max(seq) as seq_last,
      min(created_at) as recorded_first, max(created_at) as recorded_last
    from added group by lane, book
  ) t
  where b.lane = t.lane and b.id = t.book and t.seq_first = b.last_seq + 1 and t.seq_last = b.last_seq + t.recorded
    and (b.last_recorded_at is null or t.recorded_first >= b.last_recorded_at);
  get diagnostics moved = row_count;
  if moved <> (select count(*) from (select from added group by lane, book) touched) then
    raise exception 'transactions do not continue their book' using errcode = 'serialization_failure';
  end if;
  return null;
end $$;

revoke execute on all functions in schema ledger from public;
grant select on ledger.contents to ledger_app;
