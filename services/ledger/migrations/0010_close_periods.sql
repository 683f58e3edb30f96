-- Closed periods: nothing that counts before `books.closed_before` is added any more, so that balances at any date up to
-- there stay what they were when the period was closed. A period is closed once and never opened again; what has to be
-- put right is recorded in the open period.

-- Everything that counts before this is closed. Moved by ledger.close_periods alone.
alter table ledger.books add column closed_before timestamptz;

create table ledger.periods (
  lane smallint not null,
  book bigint not null,
  number integer not null check (number >= 1),
  id text collate "C" not null check (id ~ '^lper_[0-9A-Za-z]+$'),
  closed_before timestamptz not null check (closed_before between '1970-01-01Z' and '9999-12-31T23:59:59Z'),
  -- The newest transaction of the book when the period was closed, and its hash; none in an empty book.
  seq bigint not null check (seq >= 0),
  hash bytea check (octet_length(hash) = 32),
  -- How many rows of period_totals belong to it.
  totals_count integer not null check (totals_count >= 0),
  description text check (length(description) <= 1000),
  created_at timestamptz not null,
  primary key (lane, book, number),
  constraint periods_id_once unique (id, lane),
  constraint periods_in_the_past check (closed_before <= created_at),
  constraint periods_hash_if_any check ((hash is not null) = (seq > 0)),
  foreign key (lane, book) references ledger.books (lane, id)
);

-- The trial balance a period was closed with: accounts that stand on their debit side and on their credit side.
create table ledger.period_totals (
  lane smallint not null,
  book bigint not null,
  period integer not null,
  currency text collate "C" not null,
  type text collate "C" not null check (type in ('asset', 'liability', 'equity', 'revenue', 'expense')),
  debits numeric not null check (debits >= 0),
  credits numeric not null check (credits >= 0),
  primary key (lane, book, period, currency, type),
  foreign key (lane, book, period) references ledger.periods (lane, book, number)
);

-- Moves the book with its new period, which must continue both the book and the periods before it. A function of the
-- owner's, since nobody else moves a book.
create function ledger.close_periods() returns trigger language plpgsql security definer set search_path = '' as $$
declare
  moved bigint;
begin
  update ledger.books b set closed_before = p.closed_before
  from added p
  where b.lane = p.lane and b.id = p.book and b.last_seq = p.seq and b.head_hash is not distinct from p.hash
    and (b.closed_before is null or b.closed_before < p.closed_before)
    and p.number = (select count(*) from ledger.periods o where o.lane = p.lane and o.book = p.book);
  get diagnostics moved = row_count;
  if moved <> (select count(*) from added) then
    raise exception 'a period does not continue its book' using errcode = 'serialization_failure';
  end if;
  if exists (
    select from added p
    where p.totals_count <> (
      select count(*) from ledger.period_totals t where t.lane = p.lane and t.book = p.book and t.period = p.number)
  ) then
    raise exception 'a period comes in one statement with its totals' using
      errcode = 'check_violation', constraint = 'periods_have_totals', table = 'periods', schema = 'ledger';
  end if;
  return null;
end $$;

create function ledger.check_totals() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  if exists (
    select from (select lane, book, period from added group by lane, book, period) a
    join ledger.periods p on p.lane = a.lane and p.book = a.book and p.number = a.period
    where p.totals_count <> (
      select count(*) from ledger.period_totals t where t.lane = a.lane and t.book = a.book and t.period = a.period)
  ) then
    raise exception 'the totals of a period come in one statement with it' using
      errcode = 'check_violation', constraint = 'periods_have_totals', table = 'period_totals', schema = 'ledger';
  end if;
  if exists (select from added group by lane, book, period, currency having sum(debits) <> sum(credits)) then
    raise exception 'the totals of a period do not balance' using
      errcode = 'check_violation', constraint = 'totals_balance', table = 'period_totals', schema = 'ledger';
  end if;
  return null;
end $$;

create trigger close_periods after insert on ledger.periods
  referencing new table as added for each statement execute function ledger.close_periods();
create trigger check_totals after insert on ledger.period_totals
  referencing new table as added for each statement execute function ledger.check_totals();
create trigger refuse_change before update or delete or truncate on ledger.periods
  for each statement execute function ledger.refuse_change();
create trigger refuse_change before update or delete or truncate on ledger.period_totals
  for each statement execute function ledger.refuse_change();
create trigger refuse_reopening before update of closed_before on ledger.books
  for each statement when (pg_trigger_depth() = 0) execute function ledger.refuse_change();
alter table ledger.periods enable always trigger close_periods, enable always trigger refuse_change;
alter table ledger.period_totals enable always trigger check_totals, enable always trigger refuse_change;
alter table ledger.books enable always trigger refuse_reopening;

-- Runs after ledger.post_transactions, by its name: that one holds the book's row by then, so what is read here is what
-- the last who closed a period left.
create function ledger.refuse_closed_period() returns trigger language plpgsql security definer set search_path = '' as $$
declare
  wrong record;
begin
  select t.seq, b.closed_before into wrong
  from added t
  cross join lateral (select * from ledger.books b where b.lane = t.lane and b.id = t.book offset 0) b
  where coalesce(t.booked_at, t.effective_at) < b.closed_before
  limit 1;
  if found then
    -- Decided on an older book; deciding again tells the caller, or gives Micro's own fact its place.
    raise exception 'transaction % counts before %, up to where the book is closed', wrong.seq, wrong.closed_before using
      errcode = 'serialization_failure', constraint = 'transactions_period_open', table = 'transactions', schema = 'ledger';
  end if;
  select t.seq into wrong
  from added t
  cross join lateral (select * from ledger.books b where b.lane = t.lane and b.id = t.book offset 0) b
  where t.booked_at is not null and (b.closed_before is null or t.effective_at >= b.closed_before)
  limit 1;
  if found then
    raise exception 'transaction % is booked late into a period that is open', wrong.seq using
      errcode = 'check_violation', constraint = 'transactions_booked_late', table = 'transactions', schema = 'ledger';
  end if;
  return null;
end $$;
create trigger refuse_closed_period after insert on ledger.transactions
  referencing new table as added for each statement execute function ledger.refuse_closed_period();
alter table ledger.transactions enable always trigger refuse_closed_period;

revoke execute on all functions in schema ledger from public;
grant select on ledger.periods, ledger.period_totals to ledger_app;
grant insert on ledger.periods, ledger.period_totals to ledger_app;
