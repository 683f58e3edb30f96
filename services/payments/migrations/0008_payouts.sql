create table payments.payouts (
  id text collate "C" primary key,
  merchant text collate "C" not null,
  mode text not null check (mode in ('test', 'live')),
  amount numeric(38, 0) not null check (amount > 0),
  currency text not null check (currency ~ '^[a-z]{3}$'),
  status text not null check (status in ('pending', 'in_transit', 'paid', 'failed', 'canceled')),
  arrival_date timestamptz not null,
  description text,
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  statement_descriptor text,
  -- The bank account, by a name that the caller gave; null: the usual one.
  destination text collate "C",
  balance_transaction text collate "C" not null,
  failure_balance_transaction text collate "C",
  failure_code text,
  failure_message text,
  -- When it goes on by itself, by the merchant's clock.
  due_at timestamptz,
  request_id text not null,
  created_at timestamptz not null,
  constraint due_until_it_ends check ((status in ('pending', 'in_transit')) = (due_at is not null)),
  constraint failure_only_when_failed check ((status = 'failed') = (failure_code is not null)),
  constraint money_comes_back_when_it_does_not_arrive
    check ((status in ('failed', 'canceled')) = (failure_balance_transaction is not null))
);
create index payouts_newest_first on payments.payouts (merchant, mode, created_at desc, id desc);
create index payouts_due on payments.payouts (due_at) where due_at is not null;

grant select, insert on payments.payouts to payments_app;
grant update (status, metadata, failure_balance_transaction, failure_code, failure_message, due_at) on payments.payouts
  to payments_app;
