-- The ledger a careful developer writes in an afternoon, and the same behind one function call. Measured beside Micro's.
create schema by_hand;

create table by_hand.accounts (
  id bigint primary key,
  name text not null,
  balance numeric(38, 0) not null default 0,
  created_at timestamptz not null default now()
);
create table by_hand.transactions (
  id uuid primary key default gen_random_uuid(),
  reference text not null unique,
  description text,
  created_at timestamptz not null default now()
);
create table by_hand.entries (
  id uuid primary key default gen_random_uuid(),
  transaction_id uuid not null references by_hand.transactions (id),
  account_id bigint not null references by_hand.accounts (id),
  amount numeric(38, 0) not null check (amount <> 0),
  balance_after numeric(38, 0) not null,
  created_at timestamptz not null default now()
);
create index on by_hand.entries (transaction_id);
create index on by_hand.entries (account_id, created_at);

create function by_hand.post(the_reference text, source bigint, target bigint, amount numeric) returns uuid
language plpgsql as $$
declare
  made uuid;
  source_balance numeric;
  target_balance numeric;
begin
  perform from by_hand.accounts where id in (source, target) order by id for update;
  insert into by_hand.transactions (reference) values (the_reference) returning id into made;
  update by_hand.accounts set balance = balance - amount where id = source returning balance into source_balance;
  update by_hand.accounts set balance = balance + amount where id = target returning balance into target_balance;
  insert into by_hand.entries (transaction_id, account_id, amount, balance_after)
    values (made, source, -amount, source_balance), (made, target, amount, target_balance);
  return made;
end $$;
