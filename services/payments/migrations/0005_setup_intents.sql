-- Its holder agreed to, or proved to be, what payments without the holder rest on.
alter table payments.payment_methods add column set_up boolean not null default false;
grant update (set_up) on payments.payment_methods to payments_app;

create table payments.setup_intents (
  id text collate "C" primary key,
  merchant text collate "C" not null,
  mode text not null check (mode in ('test', 'live')),
  status text not null check (status in
    ('requires_payment_method', 'requires_confirmation', 'requires_action', 'succeeded', 'canceled')),
  customer text collate "C",
  payment_method text collate "C",
  usage text not null check (usage in ('off_session', 'on_session')),
  automatic_payment_methods jsonb,
  request_three_d_secure text not null check (request_three_d_secure in ('automatic', 'any', 'challenge')),
  description text check (length(description) <= 1000),
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  return_url text check (length(return_url) <= 2048),
  client_secret text not null,
  -- What the card's holder has to do, and the unguessable name of the page where it is done.
  next_action jsonb,
  authentication text collate "C",
  latest_attempt text collate "C",
  last_setup_error jsonb,
  cancellation_reason text check (cancellation_reason in ('abandoned', 'requested_by_customer', 'duplicate')),
  created_at timestamptz not null,
  unique (merchant, mode, id),
  foreign key (merchant, mode, customer) references payments.customers (merchant, mode, id),
  foreign key (merchant, mode, payment_method) references payments.payment_methods (merchant, mode, id),
  constraint payment_method_while_needed check (
    case
      when status = 'requires_payment_method' then payment_method is null
      when status = 'canceled' then true
      else payment_method is not null
    end),
  constraint action_while_required check (
    (status = 'requires_action') = (next_action is not null)
    and (status = 'requires_action') = (authentication is not null)),
  constraint attempted_while_needed check (status not in ('requires_action', 'succeeded') or latest_attempt is not null),
  constraint no_error_beside_success check (status <> 'succeeded' or last_setup_error is null),
  constraint reason_only_when_canceled check (cancellation_reason is null or status = 'canceled')
);
create index setup_intents_newest_first on payments.setup_intents (merchant, mode, created_at desc, id desc);
create index setup_intents_of_customer on payments.setup_intents (merchant, mode, customer, created_at desc, id desc)
  where customer is not null;
create unique index setup_intents_authentication on payments.setup_intents (authentication)
  where authentication is not null;

create table payments.setup_attempts (
  id text collate "C" primary key,
  merchant text collate "C" not null,
  mode text not null check (mode in ('test', 'live')),
  setup_intent text collate "C" not null,
  payment_method text collate "C" not null,
  customer text collate "C",
  usage text not null check (usage in ('off_session', 'on_session')),
  status text not null check (status in ('requires_action', 'succeeded', 'failed', 'abandoned')),
  -- The card as it was then.
  card jsonb not null,
  setup_error jsonb,
  created_at timestamptz not null,
  unique (merchant, mode, id),
  foreign key (merchant, mode, setup_intent) references payments.setup_intents (merchant, mode, id),
  foreign key (merchant, mode, payment_method) references payments.payment_methods (merchant, mode, id),
  constraint error_only_when_failed check ((status = 'failed') = (setup_error is not null))
);
create index setup_attempts_of_intent on payments.setup_attempts (merchant, mode, setup_intent, created_at desc, id desc);
create unique index setup_attempts_one_succeeded on payments.setup_attempts (setup_intent) where status = 'succeeded';
create unique index setup_attempts_one_open on payments.setup_attempts (setup_intent) where status = 'requires_action';

-- What became of a setup intent stays so.
create function payments.keep_setup_intent() returns trigger language plpgsql set search_path = '' as $$
begin
  if old.status in ('succeeded', 'canceled') and (new.status <> old.status
    or new.customer is distinct from old.customer or new.payment_method is distinct from old.payment_method) then
    raise exception 'setup intent % is % and stays so', old.id, old.status using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger keep_setup_intent before update on payments.setup_intents
  for each row execute function payments.keep_setup_intent();
alter table payments.setup_intents enable always trigger keep_setup_intent;

revoke execute on function payments.keep_setup_intent() from public;
grant select, insert on payments.setup_intents, payments.setup_attempts to payments_app;
grant update (status, customer, payment_method, request_three_d_secure, description, metadata, return_url, next_action,
  authentication, latest_attempt, last_setup_error, cancellation_reason) on payments.setup_intents to payments_app;
grant update (status, setup_error) on payments.setup_attempts to payments_app;
