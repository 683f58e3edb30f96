create table payments.checkout_sessions (
  id text collate "C" primary key,
  merchant text collate "C" not null,
  mode text not null check (mode in ('test', 'live')),
  purpose text not null check (purpose in ('payment', 'setup')),
  status text not null check (status in ('open', 'complete', 'expired')),
  currency text check (currency ~ '^[a-z]{3}$'),
  amount_total numeric(38, 0) check (amount_total >= 0),
  customer text collate "C",
  customer_creation text,
  customer_email text,
  buyer_email text,
  buyer_name text,
  client_reference_id text,
  locale text,
  submit_type text,
  metadata jsonb not null check (jsonb_typeof(metadata) = 'object'),
  intent_data jsonb not null check (jsonb_typeof(intent_data) = 'object'),
  payment_intent text collate "C",
  setup_intent text collate "C",
  success_url text not null,
  cancel_url text,
  url text not null,
  expires_at timestamptz not null,
  completed_at timestamptz,
  created_at timestamptz not null,
  unique (merchant, mode, id),
  constraint payment_names_its_amount check ((purpose = 'payment') = (amount_total is not null and currency is not null)),
  constraint complete_names_its_time check ((status = 'complete') = (completed_at is not null)),
  constraint complete_names_its_intent
    check (status <> 'complete' or (purpose = 'payment' and payment_intent is not null) or
      (purpose = 'setup' and setup_intent is not null))
);
create index checkout_sessions_newest_first on payments.checkout_sessions (merchant, mode, created_at desc, id desc);
create unique index checkout_sessions_of_intent on payments.checkout_sessions (payment_intent)
  where payment_intent is not null;
create unique index checkout_sessions_of_setup on payments.checkout_sessions (setup_intent)
  where setup_intent is not null;
create index checkout_sessions_begun on payments.checkout_sessions (id)
  where status = 'open' and (payment_intent is not null or setup_intent is not null);
create index checkout_sessions_expiring on payments.checkout_sessions (expires_at) where status = 'open';

-- What is sold, as it was when the session was made: a price that changes later changes nothing here.
create table payments.checkout_line_items (
  merchant text collate "C" not null,
  mode text not null,
  session text collate "C" not null,
  position int not null check (position between 1 and 100),
  id text collate "C" not null unique,
  description text not null,
  price jsonb not null check (jsonb_typeof(price) = 'object'),
  amount numeric(38, 0) not null check (amount >= 0),
  quantity int not null check (quantity >= 1),
  primary key (merchant, mode, session, position),
  foreign key (merchant, mode, session) references payments.checkout_sessions (merchant, mode, id)
);

-- Of one session money is taken once: its intent is never another one, and how it ended stays.
create function payments.keep_checkout_session() returns trigger language plpgsql set search_path = '' as $$
begin
  if old.status <> 'open' and new.status <> old.status then
    raise exception 'checkout session % is % and stays so', old.id, old.status using errcode = 'restrict_violation';
  end if;
  if (old.payment_intent is not null and new.payment_intent is distinct from old.payment_intent)
    or (old.setup_intent is not null and new.setup_intent is distinct from old.setup_intent) then
    raise exception 'checkout session % keeps its intent', old.id using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger checkout_sessions_keep before update on payments.checkout_sessions
  for each row execute function payments.keep_checkout_session();

grant select, insert on payments.checkout_sessions, payments.checkout_line_items to payments_app;
grant update (status, customer, buyer_email, buyer_name, metadata, payment_intent, setup_intent, completed_at)
  on payments.checkout_sessions to payments_app;
