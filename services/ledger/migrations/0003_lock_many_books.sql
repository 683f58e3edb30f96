-- Takes the locks of all the books a flight posts to, always in one order, so that flights of several processes wait
-- for each other and never in a circle. ledger.lock_book stays for processes of the version before.
create function ledger.lock_books(of_lanes smallint[], of_merchants text[], of_modes text[]) returns setof ledger.books
language plpgsql security definer set search_path = '' rows 10 as $$
begin
  return query
    select b.* from unnest(of_lanes, of_merchants, of_modes) as asked (lane, merchant, mode)
    join ledger.books b on b.lane = asked.lane and b.merchant = asked.merchant and b.mode = asked.mode
    order by b.lane, b.id
    for update of b;
end $$;

revoke execute on function ledger.lock_books from public;
grant execute on function ledger.lock_books to ledger_app;
