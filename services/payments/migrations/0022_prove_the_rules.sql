-- Reads all charges and locks nobody out: the two rules that 0015 added hold of every row.
do $$
declare
  breaking text := (
    select id from payments.charges
    where captured <> (balance_transaction is not null) or (mode = 'live') <> (processor is not null)
    limit 1);
begin
  if breaking is not null then
    raise exception 'charge % is captured without a movement, or live without a processor', breaking;
  end if;
end $$;
