-- What is left of the ledger's tables when nothing is verified: columns and indexes. Run after its migrations.
do $$
declare
  part record;
begin
  for part in
    select format('drop trigger %I on %s', tgname, tgrelid::regclass) as removal from pg_trigger
    where not tgisinternal and tgrelid in ('ledger.transactions'::regclass, 'ledger.entries'::regclass)
    union all
    select format('alter table %s drop constraint %I', conrelid::regclass, conname) from pg_constraint
    where contype in ('c', 'f') and conrelid in ('ledger.transactions'::regclass, 'ledger.entries'::regclass)
  loop
    execute part.removal;
  end loop;
end $$;
