-- The ledger's record. A book is one merchant's ledger in one mode, so (lane, book) says merchant and mode in ten
-- bytes; every key starts with the lane, the fixed hash bucket a distributed engine would shard by.
--
-- The service decides, this file verifies: what is written below refuses a wrong transaction whoever sends it.

create table ledger.books (
  lane smallint not null,
  id bigint generated always as identity,
  merchant text collate "C" not null check (length(merchant) between 1 and 255),
  mode text collate "C" not null check (mode in ('test', 'live')),
  last_seq bigint not null default 0 check (last_seq >= 0),
  last_recorded_at timestamptz,
  created_at timestamptz not null,
  primary key (lane, id),
  unique (lane, merchant, mode),
  unique (lane, id, merchant, mode),
  -- A lane that could differ would allow two books for one merchant and mode.
  constraint books_lane_is_hash check (lane = get_byte(sha256(convert_to(merchant || '/' || mode, 'UTF8')), 0))
) with (fillfactor = 50);

-- posted_credits, posted_debits and version are a projection of the entries; only ledger.post_entries moves them.
-- No index covers them, so that a busy account is updated in place.
create table ledger.accounts (
  lane smallint not null,
  book bigint not null,
  id bigint generated always as identity,
  merchant text collate "C" not null,
  mode text collate "C" not null,
  public_id text collate "C" not null check (length(public_id) between 1 and 128),
  name text not null check (length(name) between 1 and 255),
  type text collate "C" not null check (type in ('asset', 'liability', 'equity', 'revenue', 'expense')),
  normal_balance text collate "C" not null
    generated always as (case when type in ('asset', 'expense') then 'debit' else 'credit' end) stored,
  currency text collate "C" not null check (currency ~ '^[a-z]{3}$'),
  system boolean not null,
  posted_credits numeric(38, 0) not null default 0 check (posted_credits >= 0),
  posted_debits numeric(38, 0) not null default 0 check (posted_debits >= 0),
  version bigint not null default 0 check (version >= 0),
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  created_at timestamptz not null,
  primary key (lane, book, id),
  unique (lane, merchant, mode, public_id),
  foreign key (lane, book, merchant, mode) references ledger.books (lane, id, merchant, mode),
  constraint accounts_system_by_name check (system = starts_with(public_id, 'sys_')),
  constraint accounts_start_empty check (version > 0 or (posted_credits = 0 and posted_debits = 0))
) with (fillfactor = 50);

create table ledger.transactions (
  lane smallint not null,
  book bigint not null,
  seq bigint not null check (seq >= 1),
  id text collate "C" not null check (id ~ '^ltx_[0-9A-Za-z]+$'),
  reference_id text collate "C" not null check (length(reference_id) between 1 and 255),
  description text check (length(description) <= 1000),
  currency text collate "C" not null check (currency ~ '^[a-z]{3}$'),
  entry_count smallint not null check (entry_count between 2 and 1000),
  -- SHA-256 of the content, by which a repeat is told from a conflict.
  fingerprint bytea not null check (octet_length(fingerprint) = 32),
  metadata jsonb not null check (jsonb_typeof(metadata) = 'object'),
  created_at timestamptz not null,
  primary key (lane, book, seq),
  unique (lane, book, reference_id),
  unique (lane, id)
);

-- No foreign keys here: their row locks on a busy account cost more than the check in ledger.post_entries.
create table ledger.entries (
  lane smallint not null,
  book bigint not null,
  seq bigint not null,
  leg smallint not null check (leg between 1 and 1000),
  account bigint not null,
  -- Signed: credit +, debit -.
  amount numeric(38, 0) not null
    check (amount <> 0 and abs(amount) <= 1000000000000000000000000000000),
  -- Credits minus debits of the account after this entry, and how many entries it then had.
  balance_after numeric(38, 0) not null,
  account_version bigint not null check (account_version >= 1),
  primary key (lane, book, seq, leg)
);
-- An account's entries in the order they were recorded.
create index entries_of_account on ledger.entries (lane, account, seq);

-- Verifies the entries of one statement and moves the balances with them. Nothing else moves a balance, and nobody
-- but the owner of this function may: that is what keeps balances equal to the fold of the entries.
create function ledger.post_entries() returns trigger language plpgsql security definer set search_path = '' as $$
declare
  wrong record;
  moved bigint;
begin
  select e.seq, e.legs, t.entry_count, e.total, e.accounts into wrong
  from (
    select lane, book, seq, count(*) as legs, max(leg) as leg_last, sum(amount) as total, count(distinct account) as accounts
    from added group by lane, book, seq
  ) e
  left join ledger.transactions t on t.lane = e.lane and t.book = e.book and t.seq = e.seq
  where t.seq is null or e.legs <> t.entry_count or e.leg_last <> t.entry_count or e.total <> 0 or e.accounts < 2
  limit 1;
  if found then
    raise exception 'the entries of transaction % are not whole or not balanced', wrong.seq using
      errcode = 'check_violation', constraint = 'entries_balance', table = 'entries', schema = 'ledger',
      detail = format('%s of %s entries on %s accounts, sum %s', wrong.legs, wrong.entry_count, wrong.accounts, wrong.total);
  end if;

  select e.seq, e.leg, e.account into wrong
  from added e
  join ledger.transactions t on t.lane = e.lane and t.book = e.book and t.seq = e.seq
  left join ledger.accounts a on a.lane = e.lane and a.book = e.book and a.id = e.account
  -- Merchants do not move Micro's accounts, and Micro's own transactions do not move the merchant's.
  where a.id is null or a.currency <> t.currency or a.system <> starts_with(t.reference_id, 'micro:')
  limit 1;
  if found then
    raise exception 'entry % of transaction % is on an account of another book, currency or owner', wrong.leg, wrong.seq using
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
  join ledger.accounts a on a.lane = e.lane and a.book = e.book and a.id = e.account
  where e.account_version <> a.version - e.legs + e.nth
    or e.balance_after <> a.posted_credits - a.posted_debits - e.total + e.so_far
  limit 1;
  if found then
    raise exception 'entry % of transaction % tells a wrong balance or version', wrong.leg, wrong.seq using
      errcode = 'check_violation', constraint = 'entries_chain', table = 'entries', schema = 'ledger';
  end if;
  return null;
end $$;

-- Verifies the transactions of one statement and moves the book's seq with them. Transactions and their entries come
-- in one statement, so a transaction without entries does not exist even for a moment.
create function ledger.post_transactions() returns trigger language plpgsql security definer set search_path = '' as $$
declare
  moved bigint;
begin
  if exists (
    select from added t
    -- One leg is proof enough: ledger.post_entries lets them in only all together.
    where not exists (
      select from ledger.entries e where e.lane = t.lane and e.book = t.book and e.seq = t.seq and e.leg = t.entry_count)
  ) then
    raise exception 'a transaction comes in one statement with its entries' using
      errcode = 'check_violation', constraint = 'transactions_have_entries', table = 'transactions', schema = 'ledger';
  end if;

  if exists (
    select from (
      select created_at < lag(created_at) over (partition by lane, book order by seq) as backwards from added
    ) t where t.backwards
  ) then
    raise exception 'transactions of one book are recorded in the order of time' using
      errcode = 'check_violation', constraint = 'transactions_in_time', table = 'transactions', schema = 'ledger';
  end if;

  update ledger.books b set last_seq = t.seq_last, last_recorded_at = t.recorded_last
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

create function ledger.refuse_change() returns trigger language plpgsql set search_path = '' as $$
begin
  raise exception '% of ledger.% is refused: what the ledger recorded never changes', tg_op, tg_table_name using
    errcode = 'restrict_violation', hint = 'Record another transaction that corrects it.';
end $$;

create trigger post_transactions after insert on ledger.transactions
  referencing new table as added for each statement execute function ledger.post_transactions();
create trigger post_entries after insert on ledger.entries
  referencing new table as added for each statement execute function ledger.post_entries();

create trigger refuse_change before update or delete or truncate on ledger.transactions
  for each statement execute function ledger.refuse_change();
create trigger refuse_change before update or delete or truncate on ledger.entries
  for each statement execute function ledger.refuse_change();
create trigger refuse_removal before delete or truncate on ledger.accounts
  for each statement execute function ledger.refuse_change();
create trigger refuse_removal before delete or truncate on ledger.books
  for each statement execute function ledger.refuse_change();
create trigger refuse_change
  before update of lane, book, id, merchant, mode, public_id, type, currency, system, created_at on ledger.accounts
  for each statement execute function ledger.refuse_change();
create trigger refuse_change before update of lane, id, merchant, mode, created_at on ledger.books
  for each statement execute function ledger.refuse_change();
-- Balances and seq move inside the two functions above and nowhere else.
create trigger refuse_drift before update of posted_credits, posted_debits, version on ledger.accounts
  for each statement when (pg_trigger_depth() = 0) execute function ledger.refuse_change();
create trigger refuse_drift before update of last_seq, last_recorded_at on ledger.books
  for each statement when (pg_trigger_depth() = 0) execute function ledger.refuse_change();

-- Always: also in a session that plays the replica, where ordinary triggers rest.
alter table ledger.transactions enable always trigger post_transactions, enable always trigger refuse_change;
alter table ledger.entries enable always trigger post_entries, enable always trigger refuse_change;
alter table ledger.accounts enable always trigger refuse_removal, enable always trigger refuse_change,
  enable always trigger refuse_drift;
alter table ledger.books enable always trigger refuse_removal, enable always trigger refuse_change,
  enable always trigger refuse_drift;

-- Takes the one lock of a posting. A function, since locking a row asks for the right to update it, and the service
-- shall not have that.
create function ledger.lock_book(of_lane smallint, of_merchant text, of_mode text) returns setof ledger.books
language sql security definer set search_path = '' as $$
  select * from ledger.books where lane = of_lane and merchant = of_merchant and mode = of_mode for update
$$;

-- The last seq recorded before a time. A book has no gaps and its time never runs backwards, so halving finds it
-- without an index that every transaction would have to pay for.
create function ledger.seq_before(of_lane smallint, of_book bigint, at timestamptz) returns bigint
language plpgsql stable set search_path = '' as $$
declare
  low bigint := 0;
  high bigint := (select last_seq from ledger.books where lane = of_lane and id = of_book);
  middle bigint;
begin
  while low < high loop
    middle := (low + high + 1) / 2;
    if (select created_at < at from ledger.transactions where lane = of_lane and book = of_book and seq = middle) then
      low := middle;
    else
      high := middle - 1;
    end if;
  end loop;
  return low;
end $$;

revoke execute on all functions in schema ledger from public;
grant usage on schema ledger to ledger_app;
grant execute on function ledger.lock_book, ledger.seq_before to ledger_app;
grant select on ledger.books, ledger.accounts, ledger.transactions, ledger.entries to ledger_app;
grant insert (lane, merchant, mode, created_at) on ledger.books to ledger_app;
grant insert (lane, book, merchant, mode, public_id, name, type, currency, system, metadata, created_at)
  on ledger.accounts to ledger_app;
grant insert on ledger.transactions, ledger.entries to ledger_app;
