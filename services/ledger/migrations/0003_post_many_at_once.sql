-- What flights of many postings ask the database for.

-- Takes the locks of all the books a flight posts to, always in one order, so that flights of several processes wait
-- for each other and never in a circle. ledger.lock_book stays for processes of the version before.
create function ledger.lock_books(of_lanes smallint[], of_books bigint[]) returns setof ledger.books
language plpgsql security definer set search_path = '' rows 10 as $$
begin
  -- What follows in this database transaction, triggers included, looks rows up by their keys, however many. Left to
  -- itself PostgreSQL plans each flight anew, which takes longer than the work of a small one; and what it planned while
  -- a table was small reads all of it, until the first statistics of a grown table tell it better.
  perform set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true),
    set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true);
  return query
    select b.* from unnest(of_lanes, of_books) as asked (lane, book)
    join ledger.books b on b.lane = asked.lane and b.id = asked.book
    order by b.lane, b.id
    for update of b;
end $$;

revoke execute on function ledger.lock_books from public;
grant execute on function ledger.lock_books to ledger_app;

-- Sixteen bytes that stand for a reference in its book: a look-up has but one index to go by. The one on (lane, book,
-- reference_id) shared its first columns with the primary key, and until the first statistics came the planner took
-- either and read whole books. It is also the one index that grows at random places; as bytes more of it stays in
-- memory. (The cast to bytea reads backslashes, so they are doubled; unlike convert_to it is immutable.)
alter table ledger.transactions add column reference_key bytea not null generated always as
  (substr(sha256(int8send(book) || replace(reference_id, '\', '\\')::bytea), 1, 16)) stored;
alter table ledger.transactions drop constraint transactions_lane_book_reference_id_key;
alter table ledger.transactions add constraint transactions_reference_once unique (reference_key, lane);

-- For the same reason no other index starts as a primary key does: each begins with what it is asked for, and holds the
-- lane, which a sharding engine wants in every unique key, at its end.
alter table ledger.transactions drop constraint transactions_lane_id_key;
alter table ledger.transactions add constraint transactions_id_once unique (id, lane);
alter table ledger.accounts drop constraint accounts_lane_merchant_mode_public_id_key;
alter table ledger.accounts add constraint accounts_public_id_once unique (merchant, mode, public_id, lane);
alter table ledger.books drop constraint books_lane_merchant_mode_key;
alter table ledger.books add constraint books_merchant_once unique (merchant, mode, lane);
create index entries_of_one_account on ledger.entries (account, seq);
drop index ledger.entries_of_account;
alter index ledger.entries_of_one_account rename to entries_of_account;
