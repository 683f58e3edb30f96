-- Whoever adds to a pending sum keeps its row until the commit. With sixteen rows for a day and a currency, payments of one
-- merchant that came at once waited for each other there more than for all else; now there are four times as many.
alter table payments.pending_sums drop constraint pending_sums_shard_check;
alter table payments.pending_sums add constraint pending_sums_shard_check check (shard between 0 and 63);

create or replace function payments.add_pending() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into payments.pending_sums as p (merchant, mode, available_on, currency, shard, net)
  values (new.merchant, new.mode, new.available_on, new.currency, (hashtextextended(new.id, 0) & 63)::smallint, new.net)
  on conflict (merchant, mode, available_on, currency, shard) do update set net = p.net + excluded.net;
  return null;
end $$;
