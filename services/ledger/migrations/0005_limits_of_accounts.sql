-- What an account may hold, whether it may move at all, and assets that are no currency of ISO 4217.

-- An asset never changes: the scale says what the amounts recorded in it mean.
create table ledger.assets (
  lane smallint not null,
  book bigint not null,
  code text collate "C" not null check (code ~ '^[a-z][a-z0-9_]{2,16}$'),
  name text not null check (length(name) between 1 and 255),
  scale smallint not null check (scale between 0 and 18),
  created_at timestamptz not null,
  primary key (lane, book, code),
  unique (book, code, scale, lane),
  foreign key (lane, book) references ledger.books (lane, id)
);
create trigger refuse_change before update or delete or truncate on ledger.assets
  for each statement execute function ledger.refuse_change();
alter table ledger.assets enable always trigger refuse_change;

alter table ledger.accounts
  -- Null for a currency of ISO 4217, whose scale everybody knows.
  add column asset_scale smallint,
  add column status text collate "C" not null default 'active' check (status in ('active', 'frozen', 'closed')),
  add column min_available numeric(38, 0),
  add column max_balance numeric(38, 0),
  drop constraint accounts_currency_check,
  add constraint accounts_currency_check check (currency ~ '^[a-z]{3}$' or asset_scale is not null),
  add constraint accounts_asset_fkey foreign key (book, currency, asset_scale, lane)
    references ledger.assets (book, code, scale, lane),
  -- Both on the account's normal side.
  add constraint accounts_min_available check (min_available is null or min_available <=
    case normal_balance when 'credit' then posted_credits - posted_debits else posted_debits - posted_credits end),
  add constraint accounts_max_balance check (max_balance is null or max_balance >=
    case normal_balance when 'credit' then posted_credits - posted_debits else posted_debits - posted_credits end),
  add constraint accounts_closed_at_zero check (status <> 'closed' or posted_credits = posted_debits),
  -- What Micro has to record cannot be refused for what a merchant set.
  add constraint accounts_system_unlimited
    check (not system or (status = 'active' and min_available is null and max_balance is null));
alter table ledger.transactions
  drop constraint transactions_currency_check,
  add constraint transactions_currency_check check (currency ~ '^[a-z][a-z0-9_]{2,16}$');

drop trigger refuse_change on ledger.accounts;
create trigger refuse_change
  before update of lane, book, id, merchant, mode, public_id, type, currency, asset_scale, system, created_at on ledger.accounts
  for each statement execute function ledger.refuse_change();
create trigger refuse_reopening before update of status on ledger.accounts
  for each row when (old.status = 'closed' and new.status <> 'closed') execute function ledger.refuse_change();
alter table ledger.accounts enable always trigger refuse_change, enable always trigger refuse_reopening;

-- As before, and lets only active accounts move.
create or replace function ledger.post_entries() returns trigger language plpgsql security definer set search_path = '' as $$
declare
  wrong record;
  moved bigint;
begin
  select e.seq, e.legs, t.entry_count, e.total, e.accounts into wrong
  from (
    select lane, book, seq, count(*) as legs, max(leg) as leg_last, sum(amount) as total, count(distinct account) as accounts
    from added group by lane, book, seq
  ) e
  left join lateral (
    select * from ledger.transactions t where t.lane = e.lane and t.book = e.book and t.seq = e.seq offset 0
  ) t on true
  where t.seq is null or e.legs <> t.entry_count or e.leg_last <> t.entry_count or e.total <> 0 or e.accounts < 2
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
  -- Merchants do not move Micro's accounts, and Micro's own transactions do not move the merchant's.
  where a.id is null or a.status <> 'active' or a.currency <> t.currency or a.system <> starts_with(t.reference_id, 'micro:')
  limit 1;
  if found then
    raise exception 'entry % of transaction % is on an account of another book, currency or owner, or one not active',
      wrong.leg, wrong.seq using
      errcode = 'check_violation', constraint = 'entries_account', table = 'entries', schema = 'ledger';
  end if;

  update ledger.accounts a
  set posted_credits = a.posted_credits + m.credits, posted_debits = a.posted_debits + m.debits, version = a.version + m.legs
  from (
    select lane, book, account, count(*) as legs, min(account_version) as version_first, max(account_version) as version_last,
      sum(greatest(amount, 0)) as credits, sum(greatest(-amount, 0)) as debits
    from added group by lane, book, account
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
    select seq, leg, account_version, balance_after, amount, lane, book, account,
      row_number() over each_account as nth, count(*) over (partition by lane, book, account) as legs,
      sum(amount) over each_account as so_far, sum(amount) over (partition by lane, book, account) as total
    from added window each_account as (partition by lane, book, account order by seq, leg)
  ) e
  cross join lateral (
    select * from ledger.accounts a where a.lane = e.lane and a.book = e.book and a.id = e.account offset 0
  ) a
  where e.account_version <> a.version - e.legs + e.nth
    or e.balance_after <> a.posted_credits - a.posted_debits - e.total + e.so_far
  limit 1;
  if found then
    raise exception 'entry % of transaction % tells a wrong balance or version', wrong.leg, wrong.seq using
      errcode = 'check_violation', constraint = 'entries_chain', table = 'entries', schema = 'ledger';
  end if;
  return null;
end $$;

revoke execute on all functions in schema ledger from public;
grant select on ledger.assets to ledger_app;
grant insert on ledger.assets to ledger_app;
grant insert (asset_scale, min_available, max_balance) on ledger.accounts to ledger_app;
grant update (name, metadata, status, min_available, max_balance) on ledger.accounts to ledger_app;
