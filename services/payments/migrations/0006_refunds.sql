create table payments.refunds (
  id text collate "C" primary key,
  merchant text collate "C" not null,
  mode text not null check (mode in ('test', 'live')),
  charge text collate "C" not null,
  payment_intent text collate "C" not null,
  customer text collate "C",
  payment_method text collate "C" not null,
  amount numeric(38, 0) not null check (amount > 0),
  currency text not null check (currency ~ '^[a-z]{3}$'),
  reason text check (reason in ('duplicate', 'fraudulent', 'requested_by_customer')),
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  status text not null check (status in ('pending', 'succeeded', 'failed', 'canceled')),
  -- Null while nobody knows whether the processor has it.
  processor_id text collate "C",
  failure_reason text,
  balance_transaction text collate "C",
  failure_balance_transaction text collate "C",
  -- Whoever asked for it: goes into the events, and tells the completer which stored answer to write.
  request_id text not null,
  idempotency_key text collate "C",
  answer_status int not null check (answer_status in (200, 201)),
  leased_until timestamptz not null,
  created_at timestamptz not null,
  settled_at timestamptz,
  foreign key (merchant, mode, charge) references payments.charges (merchant, mode, id),
  constraint settled_when_not_pending check ((status = 'pending') = (settled_at is null)),
  constraint failure_only_when_undone check ((status in ('failed', 'canceled')) = (failure_reason is not null)),
  constraint taken_when_the_processor_has_it check (status in ('failed', 'canceled') or (processor_id is null) = (balance_transaction is null)),
  constraint given_back_when_undone
    check ((failure_balance_transaction is not null) = (status in ('failed', 'canceled') and balance_transaction is not null)),
  unique (merchant, mode, id)
);
create index refunds_newest_first on payments.refunds (merchant, mode, created_at desc, id desc);
create index refunds_of_charge on payments.refunds (merchant, mode, charge, created_at desc, id desc);
create index refunds_of_intent on payments.refunds (merchant, mode, payment_intent, created_at desc, id desc);
create index refunds_unsettled on payments.refunds (leased_until) where status = 'pending';

-- What is refunded of a charge is the sum of its refunds that did not come to nothing. Nobody may change it but the owner
-- of this function, which takes the charge's row lock: however many refunds are begun at once, by whatever code, they
-- pass charges.refunded_within_captured one after the other.
create function payments.count_refund() returns trigger language plpgsql security definer set search_path = '' as $$
declare
  before numeric := 0;
  after numeric := case when new.status in ('failed', 'canceled') then 0 else new.amount end;
begin
  if tg_op = 'UPDATE' then
    if old.amount <> new.amount or old.charge <> new.charge
      or (old.status <> new.status and not (old.status = 'pending' or (old.status = 'succeeded' and new.status = 'failed'))) then
      raise exception 'what became of refund % stays so', old.id using errcode = 'restrict_violation';
    end if;
    before := case when old.status in ('failed', 'canceled') then 0 else old.amount end;
  end if;
  if after <> before then
    update payments.charges set amount_refunded = amount_refunded + after - before
    where merchant = new.merchant and mode = new.mode and id = new.charge;
  end if;
  return null;
end
$$;
create trigger count_refund after insert or update on payments.refunds
  for each row execute function payments.count_refund();
revoke execute on function payments.count_refund() from public;
revoke update (amount_refunded) on payments.charges from payments_app;

-- The simulator's book of refunds: how each ended at first, and how it ends later, if otherwise.
create table payments.simulator_refunds (
  id text collate "C" primary key,
  processor_id text collate "C" not null unique,
  charge text collate "C" not null,
  amount numeric(38, 0) not null check (amount > 0),
  currency text not null,
  outcome jsonb not null,
  later jsonb,
  later_at timestamptz,
  canceled_at timestamptz,
  created_at timestamptz not null,
  constraint later_names_its_time check ((later is null) = (later_at is null))
);

-- What the simulator has to tell of its own accord, until it is told that it was heard.
create table payments.simulator_reports (
  id bigint generated always as identity primary key,
  subject text collate "C" not null,
  report jsonb not null,
  due_at timestamptz not null,
  acknowledged_at timestamptz
);
create index simulator_reports_due on payments.simulator_reports (due_at, id) where acknowledged_at is null;
create index simulator_reports_of_subject on payments.simulator_reports (subject);

grant select, insert on payments.refunds, payments.simulator_refunds, payments.simulator_reports to payments_app;
grant update (metadata, status, processor_id, failure_reason, balance_transaction, failure_balance_transaction, leased_until,
  settled_at) on payments.refunds to payments_app;
grant update (canceled_at) on payments.simulator_refunds to payments_app;
grant update (acknowledged_at) on payments.simulator_reports to payments_app;
