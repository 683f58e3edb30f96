-- With what a processor signs what it tells of its own accord. Sealed: whoever reads this table has none.
create table payments.processor_webhooks (
  processor text collate "C" primary key,
  merchant text collate "C" not null,
  mode text not null check (mode = 'live'),
  secret text not null check (secret ~ '^s1\.'),
  created_at timestamptz not null,
  foreign key (merchant, mode, processor) references payments.processors (merchant, mode, id)
);

-- What processors told, each event once and no more of it than what to look up: the event is a doorbell, and what happened
-- the processor is asked by its API.
create table payments.processor_events (
  processor text collate "C" not null,
  id text collate "C" not null check (length(id) <= 260),
  merchant text collate "C" not null,
  mode text not null check (mode = 'live'),
  type text not null check (length(type) <= 100),
  -- The processor's id of what it is about.
  object text collate "C" not null check (length(object) <= 260),
  received_at timestamptz not null,
  attempts int not null default 0,
  due_at timestamptz,
  worked_at timestamptz,
  outcome text check (outcome in ('heard', 'ignored', 'given_up')),
  primary key (processor, id),
  foreign key (merchant, mode, processor) references payments.processors (merchant, mode, id),
  constraint due_until_worked check ((due_at is null) = (worked_at is not null)),
  constraint worked_names_its_outcome check ((worked_at is null) = (outcome is null))
);
create index processor_events_due on payments.processor_events (due_at) where due_at is not null;
create index processor_events_worked on payments.processor_events (worked_at) where worked_at is not null;

grant select, insert, update (secret, created_at) on payments.processor_webhooks to payments_app;
grant select, insert, delete, update (attempts, due_at, worked_at, outcome) on payments.processor_events to payments_app;
