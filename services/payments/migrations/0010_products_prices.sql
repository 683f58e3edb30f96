create table payments.products (
  -- May be the merchant's choice, so it is nobody else's.
  id text collate "C" not null check (id ~ '^[0-9A-Za-z_-]{1,255}$'),
  merchant text collate "C" not null,
  mode text not null check (mode in ('test', 'live')),
  name text not null check (length(name) between 1 and 250),
  active boolean not null,
  type text not null check (type in ('service', 'good')),
  description text check (length(description) <= 5000),
  images text[] not null default '{}' check (cardinality(images) <= 8),
  marketing_features text[] not null default '{}' check (cardinality(marketing_features) <= 15),
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  package_dimensions jsonb check (jsonb_typeof(package_dimensions) = 'object'),
  shippable boolean,
  statement_descriptor text check (length(statement_descriptor) <= 22),
  tax_code text check (length(tax_code) <= 40),
  unit_label text check (length(unit_label) <= 12),
  url text check (length(url) <= 2048),
  default_price text collate "C",
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (merchant, mode, id)
);
create index products_newest_first on payments.products (merchant, mode, created_at desc, id desc);

create table payments.prices (
  id text collate "C" primary key check (id ~ '^price_'),
  merchant text collate "C" not null,
  mode text not null check (mode in ('test', 'live')),
  product text collate "C" not null,
  active boolean not null,
  currency text not null check (currency ~ '^[a-z]{3}$'),
  -- Minor units, written in one way only: a fraction where it is none of them, and no digit that says nothing.
  unit_amount_decimal text not null check (unit_amount_decimal ~ '^(0|[1-9][0-9]{0,7})(\.[0-9]{0,11}[1-9])?$'),
  tax_behavior text not null check (tax_behavior in ('exclusive', 'inclusive', 'unspecified')),
  nickname text check (length(nickname) <= 250),
  lookup_key text collate "C" check (length(lookup_key) between 1 and 200),
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  created_at timestamptz not null,
  unique (merchant, mode, id),
  unique (merchant, mode, lookup_key),
  unique (merchant, mode, product, id),
  -- A product with prices is never deleted.
  foreign key (merchant, mode, product) references payments.products (merchant, mode, id)
);
create index prices_newest_first on payments.prices (merchant, mode, created_at desc, id desc);
create index prices_of_product on payments.prices (merchant, mode, product, created_at desc, id desc);

-- One of its own prices.
alter table payments.products add constraint products_default_price_fkey
  foreign key (merchant, mode, id, default_price) references payments.prices (merchant, mode, product, id);

grant select, insert, delete on payments.products to payments_app;
grant select, insert on payments.prices to payments_app;
grant update (name, active, description, images, marketing_features, metadata, package_dimensions, shippable,
  statement_descriptor, tax_code, unit_label, url, default_price, updated_at) on payments.products to payments_app;
-- What something costs never changes: whoever agreed to a price finds it as it was.
grant update (active, tax_behavior, nickname, lookup_key, metadata) on payments.prices to payments_app;
