-- When a merchant is to be told next that what was pending is available (balance.available). What is charged becomes
-- available at the start of a day, so one look a day is enough; what is available at once asks for one by itself.
create table payments.balance_looks (
  merchant text collate "C" not null,
  mode text not null check (mode in ('test', 'live')),
  -- By the merchant's own clock, as all times of balances: what became available until then was told.
  told_until timestamptz not null,
  -- How often something was available at once, which no sum of what is pending shows, and how much of that was told.
  asked bigint not null default 0,
  answered bigint not null default 0 check (answered between 0 and asked),
  look_at timestamptz not null,
  primary key (merchant, mode)
);
create index balance_looks_due on payments.balance_looks (look_at);

-- Fires when a sum begins, not when something is added to it: a handful of times a day, whatever is paid.
create function payments.begin_looks() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into payments.balance_looks (merchant, mode, told_until, look_at)
  values (new.merchant, new.mode, '-infinity', new.available_on)
  on conflict (merchant, mode) do nothing;
  return null;
end $$;
revoke execute on function payments.begin_looks from public;
create trigger pending_sums_begin_looks after insert on payments.pending_sums
  for each row execute function payments.begin_looks();

create function payments.ask_for_look() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into payments.balance_looks as l (merchant, mode, told_until, asked, look_at)
  values (new.merchant, new.mode, new.available_on, 1, new.available_on)
  on conflict (merchant, mode) do update set asked = l.asked + 1, look_at = least(l.look_at, excluded.look_at);
  return null;
end $$;
revoke execute on function payments.ask_for_look from public;
create trigger movements_ask_for_look after insert on payments.movements
  for each row when (new.kind = 'charge' and new.net > 0 and new.available_on <= new.created_at)
  execute function payments.ask_for_look();

grant select, update (told_until, answered, look_at) on payments.balance_looks to payments_app;

-- What became available before is no news; what is pending now will be.
insert into payments.balance_looks (merchant, mode, told_until, look_at)
select s.merchant, s.mode, now(), min(s.available_on) from payments.pending_sums s
where s.available_on > now()
group by s.merchant, s.mode;
