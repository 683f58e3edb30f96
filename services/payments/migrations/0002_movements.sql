-- Every movement of money, one row for each ledger transaction, written in the database transaction that makes it true.
-- Those of a kind that the merchant's balance has are its balance transactions; the others are Micro's own affair.
create table payments.movements (
  id text collate "C" primary key,
  merchant text collate "C" not null,
  mode text not null check (mode in ('test', 'live')),
  kind text not null,
  -- The object that moves the money. With the kind it makes the ledger's reference, so nothing moves twice.
  source text collate "C" not null,
  charge text collate "C",
  -- As the merchant's balance has them: what leaves it is negative.
  amount numeric(38, 0) not null,
  fee numeric(38, 0) not null default 0 check (fee >= 0),
  net numeric(38, 0) not null,
  currency text not null check (currency ~ '^[a-z]{3}$'),
  available_on timestamptz not null,
  description text,
  -- What the ledger transaction says besides; with effective_at part of what is compared when it is posted again.
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  -- Null: when it is posted. So it is for what was posted before there were movements.
  effective_at timestamptz,
  request_id text not null,
  -- By the merchant's clock; recorded_at is by the real one.
  created_at timestamptz not null,
  recorded_at timestamptz not null,
  posting text not null default 'due' check (posting in ('due', 'done')),
  posting_attempts int not null default 0,
  posting_after timestamptz,
  ledger_transaction text collate "C",
  constraint amount_has_the_sign_of_its_kind check (
    case
      when kind in ('charge', 'refund_failure', 'dispute_reversal', 'payout_failure', 'payout_cancel') then amount > 0
      when kind in ('refund', 'dispute', 'payout', 'stripe_fee') then amount < 0
      when kind in ('authorisation', 'authorisation_release', 'dispute_lost', 'payout_paid') then amount > 0 and fee = 0
      else false
    end),
  constraint net_is_amount_less_fee check (
    net = case
      when kind in ('authorisation', 'authorisation_release', 'dispute_lost', 'payout_paid') then 0
      else amount - fee
    end),
  constraint only_disputes_cost_more_than_they_bring check (kind = 'dispute' or fee <= greatest(amount, 0)),
  constraint posting_due_names_its_time check ((posting = 'due') = (posting_after is not null)),
  constraint posting_done_names_its_transaction check ((posting = 'done') = (ledger_transaction is not null)),
  constraint movements_once unique (merchant, mode, source, kind)
);
create index movements_newest_first on payments.movements (merchant, mode, created_at desc, id desc);
create index movements_posting_due on payments.movements (posting_after) where posting = 'due';

-- What was ever taken from a balance, as a sum that only falls. Whoever takes something changes this row, and so waits
-- for whoever takes something at the same time.
create table payments.balance_draws (
  merchant text collate "C" not null,
  mode text not null check (mode in ('test', 'live')),
  currency text not null,
  drawn numeric(38, 0) not null check (drawn <= 0),
  primary key (merchant, mode, currency)
);

-- What becomes available when, as a projection of movements: they are too many to be summed up whenever a balance is
-- read. A day's sum is kept in several rows, so that charges of one merchant need not wait for each other.
create table payments.pending_sums (
  merchant text collate "C" not null,
  mode text not null check (mode in ('test', 'live')),
  available_on timestamptz not null,
  currency text not null,
  shard smallint not null check (shard between 0 and 15),
  net numeric(38, 0) not null,
  primary key (merchant, mode, available_on, currency, shard)
);

create function payments.add_pending() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into payments.pending_sums as p (merchant, mode, available_on, currency, shard, net)
  values (new.merchant, new.mode, new.available_on, new.currency, (hashtextextended(new.id, 0) & 15)::smallint, new.net)
  on conflict (merchant, mode, available_on, currency, shard) do update set net = p.net + excluded.net;
  return null;
end $$;
revoke execute on function payments.add_pending from public;
create trigger movements_add_pending after insert on payments.movements
  for each row when (new.available_on > new.created_at and new.net <> 0) execute function payments.add_pending();

grant select, insert on payments.movements to payments_app;
grant select on payments.pending_sums to payments_app;
grant update (posting, posting_attempts, posting_after, ledger_transaction) on payments.movements to payments_app;
grant select, insert, update (drawn) on payments.balance_draws to payments_app;

-- Until now a charge carried its own posting.
alter table payments.charges
  add column balance_transaction text collate "C",
  drop constraint posting_only_when_succeeded;
grant update (balance_transaction) on payments.charges to payments_app;

-- The id a charge's movement has where no process could make one: the same time and chance under another prefix.
create function payments.movement_of_charge(charge payments.charges) returns text
language plpgsql as $$
declare
  movement text := 'txn_' || substr(charge.id, 4);
begin
  insert into payments.movements (
    id, merchant, mode, kind, source, charge, amount, fee, net, currency, available_on, metadata, request_id,
    created_at, recorded_at, posting, posting_attempts, posting_after, ledger_transaction)
  values (
    movement, charge.merchant, charge.mode, 'charge', charge.id, charge.id, charge.amount, charge.fee,
    charge.amount - charge.fee, charge.currency,
    (date_trunc('day', charge.settled_at at time zone 'utc') + interval '2 days') at time zone 'utc',
    jsonb_build_object('charge', charge.id, 'payment_intent', charge.payment_intent), charge.request_id,
    charge.settled_at, charge.settled_at, charge.posting, charge.posting_attempts, charge.posting_after,
    charge.ledger_transaction)
  on conflict do nothing;
  return movement;
end $$;

update payments.charges c set
  balance_transaction = payments.movement_of_charge(c),
  posting = case when posting = 'due' then 'none' else posting end,
  posting_after = null
where status = 'succeeded';

-- A process of the version before still writes down a charge with its posting, and no movement.
create function payments.record_movement_of_charge() returns trigger
language plpgsql as $$
begin
  new.balance_transaction := payments.movement_of_charge(new);
  return new;
end $$;
create trigger charges_record_movement before update of posting on payments.charges
  for each row when (new.posting = 'due' and old.posting = 'none') execute function payments.record_movement_of_charge();
