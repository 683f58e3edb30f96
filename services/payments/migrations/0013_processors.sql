-- Who moves a merchant's live money. The key is sealed: whoever reads this table has none. One that was removed takes no new
-- charges, and goes on with those it made.
create table payments.processors (
  id text collate "C" primary key check (id ~ '^proc_'),
  merchant text collate "C" not null,
  mode text not null check (mode = 'live'),
  kind text not null check (kind = 'stripe'),
  url text not null check (length(url) <= 300),
  secret_key text not null check (secret_key ~ '^s1\.'),
  currencies text[] not null check (cardinality(currencies) between 1 and 200),
  amount_min numeric(38, 0) check (amount_min > 0),
  amount_max numeric(38, 0) check (amount_max > 0),
  metadata jsonb not null check (jsonb_typeof(metadata) = 'object'),
  priority int not null,
  created_at timestamptz not null,
  removed_at timestamptz,
  unique (merchant, mode, id),
  constraint amounts_in_order check (amount_min <= amount_max)
);

grant select, insert, update (secret_key, removed_at) on payments.processors to payments_app;

-- Which of them a charge was sent to; null in test mode.
alter table payments.charges
  add column processor text collate "C",
  add constraint charges_processor_fkey foreign key (merchant, mode, processor)
    references payments.processors (merchant, mode, id);
