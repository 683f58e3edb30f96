create table payments.payment_intents (
  id text collate "C" primary key,
  merchant text collate "C" not null,
  mode text not null check (mode in ('test', 'live')),
  amount numeric(38, 0) not null check (amount > 0),
  amount_received numeric(38, 0) not null default 0,
  currency text not null check (currency ~ '^[a-z]{3}$'),
  status text not null
    check (status in ('requires_payment_method', 'requires_confirmation', 'processing', 'succeeded', 'canceled')),
  capture_method text not null check (capture_method in ('automatic', 'automatic_async')),
  automatic_payment_methods jsonb,
  description text check (length(description) <= 1000),
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  payment_method text collate "C",
  receipt_email text,
  statement_descriptor text,
  client_secret text not null,
  latest_charge text collate "C",
  last_payment_error jsonb,
  cancellation_reason text
    check (cancellation_reason in ('duplicate', 'fraudulent', 'requested_by_customer', 'abandoned')),
  canceled_at timestamptz,
  created_at timestamptz not null,
  constraint received_in_full_or_not_at_all
    check (amount_received = case when status = 'succeeded' then amount else 0 end),
  constraint canceled_at_names_its_time check ((status = 'canceled') = (canceled_at is not null)),
  constraint reason_only_when_canceled check (cancellation_reason is null or status = 'canceled'),
  constraint payment_method_while_needed check (
    case
      when status = 'requires_payment_method' then payment_method is null
      when status in ('requires_confirmation', 'processing', 'succeeded') then payment_method is not null
      else true
    end),
  constraint charge_while_needed check (status not in ('processing', 'succeeded') or latest_charge is not null),
  constraint no_error_beside_success check (status <> 'succeeded' or last_payment_error is null),
  unique (merchant, mode, id)
);
create index payment_intents_newest_first on payments.payment_intents (merchant, mode, created_at desc, id desc);

-- One row per attempt to charge; `processing` lives in the row of its intent, the attempt itself lives here.
create table payments.charges (
  id text collate "C" primary key,
  merchant text collate "C" not null,
  mode text not null check (mode in ('test', 'live')),
  payment_intent text collate "C" not null,
  amount numeric(38, 0) not null check (amount > 0),
  currency text not null check (currency ~ '^[a-z]{3}$'),
  payment_method text collate "C" not null,
  status text not null check (status in ('pending', 'succeeded', 'failed')),
  processor_id text collate "C",
  failure_code text,
  decline_code text,
  failure_message text,
  failure_param text,
  advice_code text,
  -- Micro's fee, decided at the settlement: a later change of the rates must not change what is posted.
  fee numeric(38, 0),
  posting text not null default 'none' check (posting in ('none', 'due', 'done')),
  posting_attempts int not null default 0,
  posting_after timestamptz,
  ledger_transaction text collate "C",
  -- Whoever asked for it: goes into the events, and tells the completer which stored answer to write.
  request_id text not null,
  idempotency_key text collate "C",
  answer_status int not null check (answer_status in (200, 201)),
  leased_until timestamptz not null,
  created_at timestamptz not null,
  settled_at timestamptz,
  foreign key (merchant, mode, payment_intent) references payments.payment_intents (merchant, mode, id),
  constraint settled_when_not_pending check ((status = 'pending') = (settled_at is null)),
  constraint failure_only_when_failed check ((status = 'failed') = (failure_code is not null)),
  constraint fee_only_when_succeeded check ((status = 'succeeded') = (fee is not null)),
  constraint fee_within_amount check (fee between 0 and amount),
  constraint posting_only_when_succeeded check ((status = 'succeeded') = (posting <> 'none')),
  constraint posting_due_names_its_time check ((posting = 'due') = (posting_after is not null)),
  constraint posting_done_names_its_transaction check ((posting = 'done') = (ledger_transaction is not null))
);
create index charges_of_intent on payments.charges (payment_intent);
create unique index charges_one_succeeded on payments.charges (payment_intent) where status = 'succeeded';
create unique index charges_one_pending on payments.charges (payment_intent) where status = 'pending';
create index charges_abandoned on payments.charges (leased_until) where status = 'pending';
create index charges_posting_due on payments.charges (posting_after) where posting = 'due';

-- The simulator's own book. It plays an outside party, so it knows charge ids and nothing of merchants.
create table payments.simulator_charges (
  id text collate "C" primary key,
  processor_id text collate "C" not null unique,
  amount numeric(38, 0) not null check (amount > 0),
  currency text not null,
  payment_method text collate "C" not null,
  outcome jsonb not null,
  created_at timestamptz not null
);

create table payments.idempotency_keys (
  merchant text collate "C" not null,
  mode text not null check (mode in ('test', 'live')),
  key text collate "C" not null check (length(key) between 1 and 255),
  fingerprint text not null,
  request_id text not null,
  created_at timestamptz not null,
  leased_until timestamptz,
  recovery_point text,
  status int,
  body text,
  primary key (merchant, mode, key),
  check ((status is null) = (body is null))
);
create index idempotency_keys_created_at on payments.idempotency_keys (created_at);

create table payments.outbox (
  id bigint generated always as identity primary key,
  event_id text collate "C" not null unique,
  merchant text collate "C" not null,
  mode text not null check (mode in ('test', 'live')),
  type text not null,
  created_at timestamptz not null,
  request_id text,
  idempotency_key text,
  -- As text, so that an event's object reads as the API shows it: jsonb would order its members by length.
  object json not null,
  acked_at timestamptz
);
create index outbox_unacknowledged on payments.outbox (id) where acked_at is null;
create index outbox_acknowledged on payments.outbox (acked_at) where acked_at is not null;

grant usage on schema payments to payments_app;
grant select, insert on payments.payment_intents, payments.charges, payments.simulator_charges to payments_app;
-- Amount, currency, owner and identity of a payment never change; nothing of it is ever deleted.
grant update (status, amount_received, payment_method, receipt_email, latest_charge, last_payment_error, cancellation_reason,
  canceled_at) on payments.payment_intents to payments_app;
grant update (status, processor_id, failure_code, decline_code, failure_message, failure_param, advice_code, fee, posting,
  posting_attempts, posting_after, ledger_transaction, leased_until, settled_at) on payments.charges to payments_app;
grant select, insert, update, delete on payments.idempotency_keys to payments_app;
grant select, insert, delete, update (acked_at) on payments.outbox to payments_app;
