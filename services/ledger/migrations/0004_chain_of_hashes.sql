-- Each book is a chain: a transaction's hash covers its content and the hash before it, so that whoever kept one hash
-- can tell whether anything up to it was changed. The content is hashed as unambiguous bytes: whatever has a length is
-- preceded by it. What people wrote (description, metadata) enters as a salted digest, so that it can be erased later
-- while the digest stays.
--
-- A transaction may also have entries in several currencies, each of which sums to 0 by itself, and say when it took
-- effect, which is another time than that of its recording.
--
-- A process of the version before can still read, but not record: it knows no hash, and the database cannot stand in for
-- it without taking on trust what the chain is there to prove. Its postings fail and are tried again, by payments until
-- a process of this version takes them; none is lost or recorded twice.

-- The helpers have no search path of their own: PostgreSQL then makes them part of the query that calls them.
create function ledger.counted(value text) returns bytea language sql stable
  return int4send(octet_length(value)) || convert_to(value, 'UTF8');
create function ledger.instant(at timestamptz) returns bytea language sql stable
  return int8send((extract(epoch from at) * 1000000)::int8);
-- What a book's first transaction follows.
create function ledger.genesis(merchant text, mode text) returns bytea language sql stable
  return sha256(ledger.counted('micro ledger book') || ledger.counted(merchant) || ledger.counted(mode));

-- The hash of a book's last transaction; a book without transactions has none.
alter table ledger.books add column head_hash bytea check (octet_length(head_hash) = 32);

alter table ledger.transactions
  add column effective_at timestamptz,
  add column text_salt bytea check (octet_length(text_salt) = 16),
  add column content_hash bytea check (octet_length(content_hash) = 32),
  add column hash bytea check (octet_length(hash) = 32),
  alter column currency drop not null;

-- The content of each transaction, from what is stored. The one place that says which bytes are hashed; in the service
-- it is chain/content.ts.
create view ledger.contents as
select t.lane, t.book, t.seq, sha256(
  '\x01'::bytea || int8send(t.seq) || ledger.counted(t.id) || ledger.counted(t.reference_id)
  || ledger.instant(t.created_at) || ledger.instant(t.effective_at)
  || case when t.text_salt is null then '\x00'::bytea else '\x01'::bytea || sha256(
    t.text_salt
    || case when t.description is null then '\x00'::bytea else '\x01'::bytea || ledger.counted(t.description) end
    || (select int4send(count(*)::int4) || coalesce(
          string_agg(ledger.counted(key) || ledger.counted(value), ''::bytea order by key collate "C"), ''::bytea)
        from jsonb_each_text(t.metadata))
  ) end
  || int4send(t.entry_count::int4)
  || (select string_agg(
        ledger.counted(a.public_id) || ledger.counted(a.currency) || ledger.counted(e.amount::text), ''::bytea order by e.leg)
      from ledger.entries e
      cross join lateral (
        select * from ledger.accounts a where a.lane = e.lane and a.book = e.book and a.id = e.account
        offset 0 -- holds the planner to this order: a join might begin with all accounts of the book
      ) a
      where e.lane = t.lane and e.book = t.book and e.seq = t.seq)
) as hash
from ledger.transactions t;

-- What was recorded before gets its place in the chain, once, behind the triggers that refuse every change.
alter table ledger.transactions disable trigger refuse_change;
alter table ledger.books disable trigger refuse_drift;
update ledger.transactions set effective_at = created_at,
  text_salt = case when description is not null or metadata <> '{}' then uuid_send(gen_random_uuid()) end;
do $$
declare
  book record;
  recorded record;
  head bytea;
begin
  for book in select lane, id, merchant, mode from ledger.books where last_seq > 0 loop
    head := ledger.genesis(book.merchant, book.mode);
    for recorded in select seq, hash from ledger.contents where lane = book.lane and contents.book = book.id order by seq loop
      head := sha256(head || recorded.hash);
      update ledger.transactions t set content_hash = recorded.hash, hash = head
      where t.lane = book.lane and t.book = book.id and t.seq = recorded.seq;
    end loop;
    update ledger.books b set head_hash = head where b.lane = book.lane and b.id = book.id;
  end loop;
end $$;
alter table ledger.transactions enable always trigger refuse_change;

alter table ledger.transactions
  alter column effective_at set not null, alter column content_hash set not null, alter column hash set not null,
  add constraint transactions_effective_in_range check (effective_at between '1970-01-01Z' and '9999-12-31T23:59:59Z'),
  add constraint transactions_text_is_salted check ((text_salt is not null) = (description is not null or metadata <> '{}'));
alter table ledger.books add constraint books_head_if_any check ((head_hash is not null) = (last_seq > 0));
drop trigger refuse_drift on ledger.books;
create trigger refuse_drift before update of last_seq, last_recorded_at, head_hash on ledger.books
  for each statement when (pg_trigger_depth() = 0) execute function ledger.refuse_change();
alter table ledger.books enable always trigger refuse_drift;

-- Both as before, and the second verifies content and chain as well. What a row is compared with is looked up for each
-- by its full key, in subqueries that no planner can turn into a join with something else first.
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
      select count(*) < 2 or bool_or(each.total <> 0) from (
        select sum(e.amount) as total
        from ledger.entries e
        cross join lateral (
          select * from ledger.accounts a where a.lane = e.lane and a.book = e.book and a.id = e.account offset 0
        ) a
        where e.lane = t.lane and e.book = t.book and e.seq = t.seq
        group by a.currency
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
grant execute on function ledger.counted, ledger.instant, ledger.genesis to ledger_app;
grant select on ledger.contents to ledger_app;
