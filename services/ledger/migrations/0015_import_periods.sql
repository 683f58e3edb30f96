-- A book that was imported follows the hash of its origin before its first transaction, and its first period may have
-- been closed before that, too: such a period has no transaction, and so no hash.
create or replace function ledger.close_periods() returns trigger language plpgsql security definer set search_path = '' as $$
declare
  moved bigint;
begin
  update ledger.books b set closed_before = p.closed_before
  from added p
  where b.lane = p.lane and b.id = p.book and b.last_seq = p.seq and (p.seq = 0 or b.head_hash = p.hash)
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
