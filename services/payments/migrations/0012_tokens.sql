-- What a payer's page made of a test card; of its number nothing but the name of the card.
create table payments.tokens (
  id text collate "C" primary key check (id ~ '^tok_'),
  merchant text collate "C" not null,
  mode text not null check (mode = 'test'),
  card_id text collate "C" not null check (card_id ~ '^card_'),
  processor_method text collate "C" not null check (processor_method ~ '^pm_card_'),
  exp_month int not null check (exp_month between 1 and 12),
  exp_year int not null check (exp_year between 2000 and 2200),
  cvc_given boolean not null,
  billing_details jsonb not null check (jsonb_typeof(billing_details) = 'object'),
  created_at timestamptz not null,
  used_at timestamptz
);
create index tokens_created_at on payments.tokens (created_at);

grant select, insert, delete, update (used_at) on payments.tokens to payments_app;
