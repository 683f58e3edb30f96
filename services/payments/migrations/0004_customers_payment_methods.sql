create table payments.customers (
  id text collate "C" primary key,
  merchant text collate "C" not null,
  mode text not null check (mode in ('test', 'live')),
  name text check (length(name) <= 256),
  email text check (length(email) <= 512),
  phone text check (length(phone) <= 20),
  description text check (length(description) <= 5000),
  address jsonb,
  shipping jsonb,
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  preferred_locales text[] not null default '{}',
  tax_exempt text not null default 'none' check (tax_exempt in ('none', 'exempt', 'reverse')),
  invoice_custom_fields jsonb,
  invoice_footer text,
  default_payment_method text collate "C",
  default_source text collate "C",
  created_at timestamptz not null,
  -- A deleted customer keeps its id, for what names it, and none of its details.
  deleted_at timestamptz,
  constraint nothing_left_of_the_deleted check (
    deleted_at is null
    or num_nonnulls(name, email, phone, description, address, shipping, invoice_custom_fields, invoice_footer,
      default_payment_method, default_source) = 0 and metadata = '{}' and preferred_locales = '{}'),
  unique (merchant, mode, id)
);
create index customers_newest_first on payments.customers (merchant, mode, created_at desc, id desc)
  where deleted_at is null;
create index customers_by_email on payments.customers (merchant, mode, email, created_at desc, id desc)
  where deleted_at is null and email is not null;

create table payments.payment_methods (
  id text collate "C" primary key,
  merchant text collate "C" not null,
  mode text not null check (mode in ('test', 'live')),
  type text not null check (type = 'card'),
  -- What the processor knows the card by; never a card number.
  processor_method text collate "C" not null,
  card jsonb not null check (jsonb_typeof(card) = 'object'),
  exp_month int not null check (exp_month between 1 and 12),
  exp_year int not null check (exp_year between 2000 and 2200),
  fingerprint text collate "C" not null,
  allow_redisplay text not null default 'unspecified' check (allow_redisplay in ('always', 'limited', 'unspecified')),
  billing_details jsonb not null check (jsonb_typeof(billing_details) = 'object'),
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  status text not null default 'fresh' check (status in ('fresh', 'attached', 'spent')),
  -- Written once: whose it was stays known after it was detached.
  customer text collate "C",
  created_at timestamptz not null,
  unique (merchant, mode, id),
  foreign key (merchant, mode, customer) references payments.customers (merchant, mode, id),
  constraint attached_to_somebody check (status <> 'attached' or customer is not null),
  constraint fresh_belongs_to_nobody check (status <> 'fresh' or customer is null)
);
create index payment_methods_of_customer on payments.payment_methods (merchant, mode, customer, created_at desc, id desc)
  where status = 'attached';

alter table payments.customers add constraint customers_default_payment_method_fkey
  foreign key (merchant, mode, default_payment_method) references payments.payment_methods (merchant, mode, id);
alter table payments.customers add constraint customers_default_source_fkey
  foreign key (merchant, mode, default_source) references payments.payment_methods (merchant, mode, id);

-- A payment method belongs to one customer in its life, and what is spent stays so, whoever asks how often at once.
create function payments.keep_to_one_customer() returns trigger language plpgsql set search_path = '' as $$
begin
  if old.customer is not null and new.customer is distinct from old.customer then
    raise exception 'payment method % belongs to another customer', old.id using errcode = 'check_violation',
      constraint = 'one_customer_in_its_life';
  end if;
  if new.status <> old.status and (old.status = 'spent' or new.status = 'fresh') then
    raise exception 'payment method % goes from % to %', old.id, old.status, new.status using errcode = 'check_violation',
      constraint = 'spent_stays_spent';
  end if;
  return new;
end $$;
create trigger keep_to_one_customer before update of customer, status on payments.payment_methods
  for each row execute function payments.keep_to_one_customer();
alter table payments.payment_methods enable always trigger keep_to_one_customer;

-- Whether an object, as a flat document of its searchable fields, answers a search: {"join": "and" or "or", "clauses":
-- [{"path": [...], "operator": ..., "value": ..., "negated": ...}]}. What an object does not have equals nothing.
create function payments.matches(document jsonb, query jsonb) returns boolean
  language sql immutable parallel safe set search_path = '' as $$
  select case query ->> 'join' when 'or' then bool_or(held) else bool_and(held) end
  from (
    select coalesce(
      case clause ->> 'operator'
        when 'missing' then found is null
        when 'equals' then lower(found) = lower(clause ->> 'value')
        when 'contains' then position(lower(clause ->> 'value') in lower(found)) > 0
        when 'eq' then found::numeric = (clause ->> 'value')::numeric
        when 'gt' then found::numeric > (clause ->> 'value')::numeric
        when 'gte' then found::numeric >= (clause ->> 'value')::numeric
        when 'lt' then found::numeric < (clause ->> 'value')::numeric
        when 'lte' then found::numeric <= (clause ->> 'value')::numeric
      end, false) <> (clause ->> 'negated')::boolean as held
    from jsonb_array_elements(query -> 'clauses') as asked (clause),
      lateral (select document #>> array(select jsonb_array_elements_text(clause -> 'path')) as found) as looked
  ) as answered
$$;

revoke execute on all functions in schema payments from public;
grant execute on function payments.matches to payments_app;
grant select, insert on payments.customers, payments.payment_methods to payments_app;
grant update (name, email, phone, description, address, shipping, metadata, preferred_locales, tax_exempt,
  invoice_custom_fields, invoice_footer, default_payment_method, default_source, deleted_at) on payments.customers to payments_app;
-- The card itself never changes, and no payment method is ever deleted.
grant update (exp_month, exp_year, allow_redisplay, billing_details, metadata, status, customer)
  on payments.payment_methods to payments_app;
