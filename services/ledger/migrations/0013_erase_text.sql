-- What people wrote (description, metadata) can be erased for good, and nothing else: amounts, accounts, times, order
-- and hashes stay. The chain covers the words by a salted digest alone; that digest stays in their place, and the salt
-- goes with the words, so that nobody can try which words they were.

create table ledger.erasures (
  lane smallint not null,
  book bigint not null,
  seq bigint not null,
  -- What the chain covers in place of the words.
  text_digest bytea not null check (octet_length(text_digest) = 32),
  reason text not null check (length(reason) between 1 and 500),
  -- The API key it was asked with.
  erased_by text collate "C" check (length(erased_by) between 1 and 255),
  request_id text collate "C" not null check (length(request_id) between 1 and 255),
  erased_at timestamptz not null,
  -- The words may go only in the database transaction that records their going.
  erased_in xid8 not null,
  primary key (lane, book, seq)
);
create index erasures_in_transaction on ledger.erasures (erased_in);

create trigger refuse_change before update or delete or truncate on ledger.erasures
  for each statement execute function ledger.refuse_change();
alter table ledger.erasures enable always trigger refuse_change;

-- Lets an erasure through, which takes the words and leaves everything else as it was; refuses every other change.
create function ledger.refuse_change_but_erasure() returns trigger language plpgsql set search_path = '' as $$
declare
  erased ledger.transactions := old;
begin
  erased.description := null;
  erased.metadata := '{}';
  erased.text_salt := null;
  -- After the update, when also generated columns have their value.
  if new is distinct from erased or not exists (
    select from ledger.erasures x
    where x.lane = old.lane and x.book = old.book and x.seq = old.seq and x.erased_in = pg_current_xact_id())
  then
    raise exception '% of ledger.% is refused: what the ledger recorded never changes', tg_op, tg_table_name using
      errcode = 'restrict_violation', hint = 'Record another transaction that corrects it.';
  end if;
  return null;
end $$;

-- Refuses the statement that changes, before any row is looked at, unless the same database transaction recorded an
-- erasure; which rows it may change is then asked of each.
create function ledger.refuse_change_without_erasure() returns trigger language plpgsql set search_path = '' as $$
begin
  if not exists (select from ledger.erasures where erased_in = pg_current_xact_id()) then
    raise exception '% of ledger.% is refused: what the ledger recorded never changes', tg_op, tg_table_name using
      errcode = 'restrict_violation', hint = 'Record another transaction that corrects it.';
  end if;
  return null;
end $$;

drop trigger refuse_change on ledger.transactions;
create trigger refuse_removal before delete or truncate on ledger.transactions
  for each statement execute function ledger.refuse_change();
create trigger refuse_change before update on ledger.transactions
  for each statement execute function ledger.refuse_change_without_erasure();
create trigger refuse_change_of_row after update on ledger.transactions
  for each row execute function ledger.refuse_change_but_erasure();
alter table ledger.transactions enable always trigger refuse_removal, enable always trigger refuse_change,
  enable always trigger refuse_change_of_row;

-- Erases the words of one transaction. False when it has none (any more). The service can do no more than this.
create function ledger.erase_text(
  of_lane smallint, of_book bigint, of_seq bigint, why text, who text, request text, at timestamptz
) returns boolean language plpgsql security definer set search_path = '' as $$
begin
  insert into ledger.erasures (lane, book, seq, text_digest, reason, erased_by, request_id, erased_at, erased_in)
  select t.lane, t.book, t.seq, sha256(
      t.text_salt
      || case when t.description is null then '\x00'::bytea else '\x01'::bytea || ledger.counted(t.description) end
      || (select int4send(count(*)::int4) || coalesce(
            string_agg(ledger.counted(key) || ledger.counted(value), ''::bytea order by key collate "C"), ''::bytea)
          from jsonb_each_text(t.metadata))
    ), why, who, request, at, pg_current_xact_id()
  from ledger.transactions t
  -- Micro's own transactions hold no words of people, and what they say is needed.
  where t.lane = of_lane and t.book = of_book and t.seq = of_seq and t.text_salt is not null
    and not starts_with(t.reference_id, 'micro:')
  on conflict (lane, book, seq) do nothing;
  if not found then
    return false;
  end if;
  update ledger.transactions set description = null, metadata = '{}', text_salt = null
  where lane = of_lane and book = of_book and seq = of_seq;
  return true;
end $$;

-- As before, but where words were erased it takes their digest.
create or replace view ledger.contents as
select t.lane, t.book, t.seq, sha256(
  case t.kind when 'post' then '\x01'::bytea else '\x02'::bytea end
  || int8send(t.seq) || ledger.counted(t.id) || ledger.counted(t.reference_id)
  || ledger.instant(t.created_at) || ledger.instant(t.effective_at)
  || case when t.text_salt is null then coalesce((
    select '\x01'::bytea || x.text_digest from ledger.erasures x
    where x.lane = t.lane and x.book = t.book and x.seq = t.seq
  ), '\x00'::bytea) else '\x01'::bytea || sha256(
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

revoke execute on function ledger.refuse_change_but_erasure, ledger.refuse_change_without_erasure, ledger.erase_text from public;
grant execute on function ledger.erase_text to ledger_app;
grant select on ledger.erasures to ledger_app;
