alter table payments.charges add column disputed boolean not null default false;

create table payments.disputes (
  id text collate "C" primary key,
  merchant text collate "C" not null,
  mode text not null check (mode in ('test', 'live')),
  processor_id text collate "C" not null unique,
  charge text collate "C" not null,
  payment_intent text collate "C" not null,
  amount numeric(38, 0) not null check (amount > 0),
  -- What the dispute itself costs, kept also when it is won: fixed when it is opened.
  fee numeric(38, 0) not null check (fee >= 0),
  currency text not null check (currency ~ '^[a-z]{3}$'),
  reason text not null,
  inquiry boolean not null,
  status text not null check (status in ('warning_needs_response', 'warning_under_review', 'warning_closed',
    'needs_response', 'under_review', 'won', 'lost')),
  evidence jsonb not null default '{}' check (jsonb_typeof(evidence) = 'object'),
  submission_count int not null default 0 check (submission_count between 0 and 1),
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  due_by timestamptz not null,
  created_at timestamptz not null,
  closed_at timestamptz,
  foreign key (merchant, mode, charge) references payments.charges (merchant, mode, id),
  constraint inquiries_are_warnings check (inquiry = starts_with(status, 'warning_')),
  constraint inquiries_cost_nothing check (not inquiry or fee = 0),
  constraint closed_names_its_time check ((status in ('warning_closed', 'won', 'lost')) = (closed_at is not null)),
  constraint reviewed_when_submitted check (status not in ('warning_under_review', 'under_review') or submission_count > 0),
  unique (merchant, mode, id)
);
create index disputes_newest_first on payments.disputes (merchant, mode, created_at desc, id desc);
create index disputes_of_charge on payments.disputes (merchant, mode, charge, created_at desc, id desc);
create index disputes_of_intent on payments.disputes (merchant, mode, payment_intent, created_at desc, id desc);
create index disputes_unanswered on payments.disputes (due_by) where status in ('warning_needs_response', 'needs_response');

create function payments.keep_dispute() returns trigger language plpgsql set search_path = '' as $$
begin
  if old.closed_at is not null and (new.status <> old.status or new.evidence <> old.evidence) then
    raise exception 'dispute % is % and stays so', old.id, old.status using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;
create trigger keep_dispute before update on payments.disputes for each row execute function payments.keep_dispute();

-- What the processor has yet to be told: told as often as it takes, since hearing it again changes nothing there.
create table payments.dispute_messages (
  dispute text collate "C" not null,
  kind text not null check (kind in ('evidence', 'acceptance')),
  merchant text collate "C" not null,
  mode text not null check (mode in ('test', 'live')),
  processor_dispute text collate "C" not null,
  texts jsonb not null check (jsonb_typeof(texts) = 'array'),
  attempts int not null default 0,
  due_at timestamptz,
  created_at timestamptz not null,
  sent_at timestamptz,
  primary key (dispute, kind),
  foreign key (merchant, mode, dispute) references payments.disputes (merchant, mode, id),
  constraint due_until_sent check ((due_at is null) = (sent_at is not null))
);
create index dispute_messages_due on payments.dispute_messages (due_at) where due_at is not null;

-- The simulator's book of disputes.
create table payments.simulator_disputes (
  id text collate "C" primary key,
  charge text collate "C" not null unique,
  inquiry boolean not null,
  standing text not null check (standing in ('needs_response', 'under_review', 'won', 'lost', 'closed')),
  created_at timestamptz not null
);

grant update (disputed) on payments.charges to payments_app;
grant select, insert on payments.disputes, payments.dispute_messages, payments.simulator_disputes to payments_app;
grant update (status, evidence, submission_count, metadata, closed_at) on payments.disputes to payments_app;
grant update (attempts, due_at, sent_at) on payments.dispute_messages to payments_app;
grant update (standing) on payments.simulator_disputes to payments_app;
