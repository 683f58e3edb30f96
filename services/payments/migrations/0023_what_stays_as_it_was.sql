-- What a capture says of how its payment is shown is kept.
grant update (statement_descriptor, statement_descriptor_suffix) on payments.charges to payments_app;

-- Who changed how money moves: rows are only added, with the change itself, and told to the audit log until it has them.
create table payments.audited_acts (
  id text collate "C" primary key check (id ~ '^aud_'),
  merchant text collate "C" not null,
  mode text not null check (mode in ('test', 'live')),
  action text not null check (action ~ '^[a-z_]+\.[a-z_]+$'),
  actor_kind text not null check (actor_kind in ('user', 'api_key')),
  actor text collate "C" not null,
  subject text collate "C" not null,
  client_ip text check (length(client_ip) <= 64),
  request_id text not null,
  detail jsonb not null check (jsonb_typeof(detail) = 'object'),
  attempts int not null default 0,
  created_at timestamptz not null,
  due_at timestamptz,
  told_at timestamptz,
  constraint due_until_told check ((due_at is null) = (told_at is not null))
);
create index audited_acts_due on payments.audited_acts (due_at) where due_at is not null;
grant select, insert, update (attempts, due_at, told_at) on payments.audited_acts to payments_app;

-- A dispute is won or lost; a payout arrives, comes back or is canceled: one of these, once, whatever wrote it. Their ids are
-- of kinds of their own, so one index holds both. What arrived comes back only after it is on its way again.
create unique index movements_end_once on payments.movements (merchant, mode, source)
  where kind in ('dispute_reversal', 'dispute_lost', 'payout_failure', 'payout_cancel');
create unique index movements_arrive_or_cancel on payments.movements (merchant, mode, source)
  where kind in ('payout_paid', 'payout_cancel');
create function payments.keep_arrived() returns trigger language plpgsql set search_path = '' as $$
begin
  if exists (
    select from payments.movements
    where merchant = new.merchant and mode = new.mode and source = new.source and kind = 'payout_paid')
  and not exists (
    select from payments.movements
    where merchant = new.merchant and mode = new.mode and source = new.source and kind = 'payout_return') then
    raise exception 'payout % arrived and is not on its way again', new.source using
      errcode = 'unique_violation', constraint = 'movements_end_once', table = 'movements', schema = 'payments';
  end if;
  return new;
end $$;
create trigger keep_arrived before insert on payments.movements
  for each row when (new.kind = 'payout_failure') execute function payments.keep_arrived();
alter table payments.movements enable always trigger keep_arrived;
revoke execute on function payments.keep_arrived() from public;

-- What is named is the same tenant's, and is there. Stated for what is written from now on, which takes a moment; the next
-- migration proves it of what was written before, and locks nobody out. Those of intents and charges stay as they are:
-- the version before customers and payment methods took any text for one.
alter table payments.refunds add constraint refunds_payment_intent_fkey
  foreign key (merchant, mode, payment_intent) references payments.payment_intents (merchant, mode, id) not valid;
alter table payments.checkout_sessions
  add constraint checkout_sessions_customer_fkey
    foreign key (merchant, mode, customer) references payments.customers (merchant, mode, id) not valid,
  add constraint checkout_sessions_payment_intent_fkey
    foreign key (merchant, mode, payment_intent) references payments.payment_intents (merchant, mode, id) not valid,
  add constraint checkout_sessions_setup_intent_fkey
    foreign key (merchant, mode, setup_intent) references payments.setup_intents (merchant, mode, id) not valid;
