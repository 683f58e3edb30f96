-- What proves a ledger to those who do not trust its database: signed checkpoints, kept elsewhere as well. And how far
-- each book was verified, and by whom just now.

-- The head of a book at one moment, signed by a key that is not in the database. A copy kept outside tells whether
-- anything up to it was changed since, even by somebody who made all hashes anew.
create table ledger.checkpoints (
  lane smallint not null,
  book bigint not null,
  seq bigint not null check (seq >= 1),
  id text collate "C" not null check (id ~ '^lcp_[0-9A-Za-z]+$'),
  hash bytea not null check (octet_length(hash) = 32),
  -- When the transaction at seq was recorded.
  recorded_at timestamptz not null,
  key_id text collate "C" not null check (length(key_id) between 1 and 64),
  token text collate "C" not null check (length(token) between 1 and 2048),
  automatic boolean not null,
  created_at timestamptz not null,
  primary key (lane, book, seq),
  unique (id, lane)
);

-- Only what the book really says is signed.
create function ledger.check_checkpoints() returns trigger language plpgsql set search_path = '' as $$
declare
  wrong record;
begin
  select c.seq into wrong from added c
  where not exists (
    select from ledger.transactions t
    where t.lane = c.lane and t.book = c.book and t.seq = c.seq and t.hash = c.hash and t.created_at = c.recorded_at
    offset 0)
  limit 1;
  if found then
    raise exception 'the checkpoint at % is not of its book', wrong.seq using
      errcode = 'check_violation', constraint = 'checkpoints_of_book', table = 'checkpoints', schema = 'ledger';
  end if;
  return null;
end $$;

create trigger check_checkpoints after insert on ledger.checkpoints
  referencing new table as added for each statement execute function ledger.check_checkpoints();
create trigger refuse_change before update or delete or truncate on ledger.checkpoints
  for each statement execute function ledger.refuse_change();
alter table ledger.checkpoints enable always trigger check_checkpoints, enable always trigger refuse_change;

-- Who is at a piece of a book's work, so that of many processes one does it. A lease that has run out is anybody's.
create table ledger.leases (
  lane smallint not null,
  book bigint not null,
  work text collate "C" not null check (work in ('asked', 'news', 'whole')),
  holder text collate "C" not null,
  leased_until timestamptz not null,
  primary key (lane, book, work)
);

-- How far the background verification has come: `news` follows the book's end, `whole` begins again at its start. A
-- place is the transactions up to seq with the last one's hash, then the accounts up to a number.
create table ledger.verifications (
  lane smallint not null,
  book bigint not null,
  work text collate "C" not null check (work in ('news', 'whole')),
  seq bigint not null default 0 check (seq >= 0),
  hash bytea check (octet_length(hash) = 32),
  -- Null while the transactions are not through.
  account bigint,
  -- The head that the pass under way ends at; null when none is.
  until_seq bigint,
  began_at timestamptz,
  passed_at timestamptz,
  -- What was found wrong last; a pass over everything that began later and finds nothing takes it back.
  problem text collate "C",
  problem_seq bigint,
  problem_account text collate "C",
  problem_at timestamptz,
  primary key (lane, book, work)
) with (fillfactor = 50);
create index verifications_with_problem on ledger.verifications (lane, book) where problem is not null;

revoke execute on function ledger.check_checkpoints from public;
grant select, insert on ledger.checkpoints to ledger_app;
grant select, insert, update, delete on ledger.leases to ledger_app;
grant select, insert, update on ledger.verifications to ledger_app;
