-- What flights of many postings ask the database for.

-- Takes the locks of all the books a flight posts to, always in one order, so that flights of several processes wait
-- for each other and never in a circle. ledger.lock_book stays for processes of the version before.
create function ledger.lock_books(of_lanes smallint[], of_books bigint[]) returns setof ledger.books
language plpgsql security definer set search_path = '' rows 10 as $$
begin
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
