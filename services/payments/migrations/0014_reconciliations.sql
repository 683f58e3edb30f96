-- What each processor says it moved, as it told: lines are added and never changed. The merchant is whoever has the charge
-- that a line names; without one nobody here knows whose it is.
create table payments.settlement_lines (
  mode text not null check (mode in ('test', 'live')),
  id text collate "C" not null,
  merchant text collate "C",
  kind text not null check (kind in ('charge', 'refund', 'refund_failure', 'dispute', 'dispute_reversal')),
  -- Our charge or refund, or the processor's own dispute.
  subject text collate "C" not null,
  charge text collate "C" not null,
  processor_id text collate "C" not null,
  -- What comes to us; negative when it leaves.
  amount numeric(38, 0) not null,
  currency text not null,
  -- What the processor kept of it; null where it does not say.
  fee numeric(38, 0),
  settled_at timestamptz not null,
  received_at timestamptz not null,
  primary key (mode, id)
);
create index settlement_lines_of_charge on payments.settlement_lines (merchant, mode, charge, id);
create index settlement_lines_of_nobody on payments.settlement_lines (mode, id) where merchant is null;

-- How far what a processor tells was read.
create table payments.settlement_progress (
  mode text primary key check (mode in ('test', 'live')),
  settled_until timestamptz not null
);

create index movements_of_charge on payments.movements (merchant, mode, charge, id) where charge is not null;
create index movements_by_id on payments.movements (merchant, mode, id);

-- One comparison of what is here, at the processor and in the ledger. It changes until it ends, and then no more.
create table payments.reconciliations (
  id text collate "C" primary key,
  merchant text collate "C" not null,
  mode text not null check (mode in ('test', 'live')),
  automatic boolean not null,
  status text not null check (status in ('running', 'clean', 'different', 'failed')),
  -- What began in between is compared; null: since ever.
  since timestamptz,
  until timestamptz not null,
  movements bigint not null default 0,
  settlement_lines bigint not null default 0,
  ledger_transactions bigint not null default 0,
  -- How many differences of each kind, exact also where not all of them are kept.
  counts jsonb not null default '{}' check (jsonb_typeof(counts) = 'object'),
  -- False: too much moved meanwhile to compare the balances.
  balances_compared boolean,
  attempts int not null default 0,
  leased_until timestamptz,
  created_at timestamptz not null,
  finished_at timestamptz,
  constraint leased_while_running check ((status = 'running') = (leased_until is not null)),
  constraint finished_when_not_running check ((status = 'running') = (finished_at is null)),
  unique (merchant, mode, id)
);
create index reconciliations_newest_first on payments.reconciliations (merchant, mode, created_at desc, id desc);
create index reconciliations_running on payments.reconciliations (leased_until) where status = 'running';
create unique index reconciliations_one_at_a_time on payments.reconciliations (merchant, mode, automatic)
  where status = 'running';

create function payments.keep_reconciliation() returns trigger language plpgsql set search_path = '' as $$
begin
  if old.status <> 'running' then
    raise exception 'reconciliation % has ended and stays as it is', old.id using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;
create trigger keep_reconciliation before update on payments.reconciliations
  for each row execute function payments.keep_reconciliation();

create table payments.reconciliation_differences (
  id text collate "C" primary key,
  reconciliation text collate "C" not null,
  merchant text collate "C" not null,
  mode text not null check (mode in ('test', 'live')),
  kind text not null check (kind in ('missing_at_processor', 'missing_here', 'duplicate_at_processor', 'amount_differs',
    'currency_differs', 'status_differs', 'late', 'not_posted', 'ledger_differs', 'ledger_unknown', 'balance_differs')),
  object text collate "C",
  charge text collate "C",
  balance_transaction text collate "C",
  processor_id text collate "C",
  reference text collate "C",
  currency text,
  amount_here numeric(38, 0),
  amount_there numeric(38, 0),
  detail text,
  since timestamptz not null,
  created_at timestamptz not null,
  foreign key (merchant, mode, reconciliation) references payments.reconciliations (merchant, mode, id)
);
create index reconciliation_differences_newest_first
  on payments.reconciliation_differences (merchant, mode, reconciliation, created_at desc, id desc);

-- Mistakes in what the simulator tells of its book, made on demand: a line left out, a line added, or both.
create table payments.simulator_settlement_faults (
  id bigint generated always as identity primary key,
  leaves_out text collate "C",
  adds jsonb check (jsonb_typeof(adds) = 'object'),
  shown_at timestamptz not null,
  constraint does_something check (leaves_out is not null or adds is not null)
);
create index simulator_settlement_faults_left_out on payments.simulator_settlement_faults (leaves_out)
  where leaves_out is not null;
create index simulator_settlement_faults_added on payments.simulator_settlement_faults (shown_at, id)
  where adds is not null;
create index simulator_charges_in_order on payments.simulator_charges (created_at, id);
create index simulator_endings_in_order on payments.simulator_endings (created_at, charge);
create index simulator_refunds_in_order on payments.simulator_refunds (created_at, id);

grant select, insert on payments.settlement_lines, payments.settlement_progress, payments.reconciliations,
  payments.reconciliation_differences, payments.simulator_settlement_faults to payments_app;
grant update (settled_until) on payments.settlement_progress to payments_app;
grant update (status, movements, settlement_lines, ledger_transactions, counts, balances_compared, attempts, leased_until,
  finished_at) on payments.reconciliations to payments_app;
