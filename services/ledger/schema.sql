-- Written by make schema from the migrations, for reading and for review. Not for running.

schema ledger
  grant ledger_app: usage

table ledger.accounts
  column lane smallint not null
  column book bigint not null
  column id bigint not null generated always as identity
  column merchant text collate "C" not null
  column mode text collate "C" not null
  column public_id text collate "C" not null
  column name text not null
  column type text collate "C" not null
  column normal_balance text collate "C" not null generated always as (
CASE
    WHEN (type = ANY (ARRAY['asset'::text, 'expense'::text])) THEN 'debit'::text
    ELSE 'credit'::text
END) stored
  column currency text collate "C" not null
  column system boolean not null
  column posted_credits numeric(38,0) not null default 0
  column posted_debits numeric(38,0) not null default 0
  column version bigint not null default 0
  column metadata jsonb not null default '{}'::jsonb
  column created_at timestamp with time zone not null
  constraint accounts_pkey PRIMARY KEY (lane, book, id)
  constraint accounts_public_id_once UNIQUE (merchant, mode, public_id, lane)
  constraint accounts_lane_book_merchant_mode_fkey FOREIGN KEY (lane, book, merchant, mode) REFERENCES ledger.books(lane, id, merchant, mode)
  constraint accounts_currency_check CHECK (currency ~ '^[a-z]{3}$'::text)
  constraint accounts_metadata_check CHECK (jsonb_typeof(metadata) = 'object'::text)
  constraint accounts_name_check CHECK (length(name) >= 1 AND length(name) <= 255)
  constraint accounts_posted_credits_check CHECK (posted_credits >= 0::numeric)
  constraint accounts_posted_debits_check CHECK (posted_debits >= 0::numeric)
  constraint accounts_public_id_check CHECK (length(public_id) >= 1 AND length(public_id) <= 128)
  constraint accounts_start_empty CHECK (version > 0 OR posted_credits = 0::numeric AND posted_debits = 0::numeric)
  constraint accounts_system_by_name CHECK (system = starts_with(public_id, 'sys_'::text))
  constraint accounts_type_check CHECK (type = ANY (ARRAY['asset'::text, 'liability'::text, 'equity'::text, 'revenue'::text, 'expense'::text]))
  constraint accounts_version_check CHECK (version >= 0)
  trigger always: CREATE TRIGGER refuse_change BEFORE UPDATE OF lane, book, id, merchant, mode, public_id, type, currency, system, created_at ON ledger.accounts FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()
  trigger always: CREATE TRIGGER refuse_drift BEFORE UPDATE OF posted_credits, posted_debits, version ON ledger.accounts FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger.refuse_change()
  trigger always: CREATE TRIGGER refuse_removal BEFORE DELETE OR TRUNCATE ON ledger.accounts FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()
  grant ledger_app: select
  grant ledger_app: insert (lane, book, merchant, mode, public_id, name, type, currency, system, metadata, created_at)

sequence ledger.accounts_id_seq

table ledger.books
  column lane smallint not null
  column id bigint not null generated always as identity
  column merchant text collate "C" not null
  column mode text collate "C" not null
  column last_seq bigint not null default 0
  column last_recorded_at timestamp with time zone
  column created_at timestamp with time zone not null
  constraint books_pkey PRIMARY KEY (lane, id)
  constraint books_lane_id_merchant_mode_key UNIQUE (lane, id, merchant, mode)
  constraint books_merchant_once UNIQUE (merchant, mode, lane)
  constraint books_lane_is_hash CHECK (lane = get_byte(sha256(convert_to((merchant || '/'::text) || mode, 'UTF8'::name)), 0))
  constraint books_last_seq_check CHECK (last_seq >= 0)
  constraint books_merchant_check CHECK (length(merchant) >= 1 AND length(merchant) <= 255)
  constraint books_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  trigger always: CREATE TRIGGER refuse_change BEFORE UPDATE OF lane, id, merchant, mode, created_at ON ledger.books FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()
  trigger always: CREATE TRIGGER refuse_drift BEFORE UPDATE OF last_seq, last_recorded_at ON ledger.books FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger.refuse_change()
  trigger always: CREATE TRIGGER refuse_removal BEFORE DELETE OR TRUNCATE ON ledger.books FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()
  grant ledger_app: select
  grant ledger_app: insert (lane, merchant, mode, created_at)

sequence ledger.books_id_seq

table ledger.entries
  column lane smallint not null
  column book bigint not null
  column seq bigint not null
  column leg smallint not null
  column account bigint not null
  column amount numeric(38,0) not null
  column balance_after numeric(38,0) not null
  column account_version bigint not null
  constraint entries_pkey PRIMARY KEY (lane, book, seq, leg)
  constraint entries_account_version_check CHECK (account_version >= 1)
  constraint entries_amount_check CHECK (amount <> 0::numeric AND abs(amount) <= '1000000000000000000000000000000'::numeric)
  constraint entries_leg_check CHECK (leg >= 1 AND leg <= 1000)
  index CREATE INDEX entries_of_account ON ledger.entries USING btree (account, seq)
  trigger always: CREATE TRIGGER post_entries AFTER INSERT ON ledger.entries REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger.post_entries()
  trigger always: CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.entries FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()
  grant ledger_app: insert, select

table ledger.migrations
  column name text collate "C" not null
  column checksum text not null
  column applied_at timestamp with time zone not null default now()
  constraint migrations_pkey PRIMARY KEY (name)

table ledger.transactions
  column lane smallint not null
  column book bigint not null
  column seq bigint not null
  column id text collate "C" not null
  column reference_id text collate "C" not null
  column description text
  column currency text collate "C" not null
  column entry_count smallint not null
  column fingerprint bytea not null
  column metadata jsonb not null
  column created_at timestamp with time zone not null
  column reference_key bytea not null generated always as (substr(sha256((int8send(book) || (replace(reference_id, '\'::text, '\\'::text))::bytea)), 1, 16)) stored
  constraint transactions_pkey PRIMARY KEY (lane, book, seq)
  constraint transactions_id_once UNIQUE (id, lane)
  constraint transactions_reference_once UNIQUE (reference_key, lane)
  constraint transactions_currency_check CHECK (currency ~ '^[a-z]{3}$'::text)
  constraint transactions_description_check CHECK (length(description) <= 1000)
  constraint transactions_entry_count_check CHECK (entry_count >= 2 AND entry_count <= 1000)
  constraint transactions_fingerprint_check CHECK (octet_length(fingerprint) = 32)
  constraint transactions_id_check CHECK (id ~ '^ltx_[0-9A-Za-z]+$'::text)
  constraint transactions_metadata_check CHECK (jsonb_typeof(metadata) = 'object'::text)
  constraint transactions_reference_id_check CHECK (length(reference_id) >= 1 AND length(reference_id) <= 255)
  constraint transactions_seq_check CHECK (seq >= 1)
  trigger always: CREATE TRIGGER post_transactions AFTER INSERT ON ledger.transactions REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger.post_transactions()
  trigger always: CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.transactions FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()
  grant ledger_app: insert, select

CREATE OR REPLACE FUNCTION ledger.lock_book(of_lane smallint, of_merchant text, of_mode text)
 RETURNS SETOF ledger.books
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select * from ledger.books where lane = of_lane and merchant = of_merchant and mode = of_mode for update
$function$
-- execute: ledger_app, ledger_owner

CREATE OR REPLACE FUNCTION ledger.lock_books(of_lanes smallint[], of_books bigint[])
 RETURNS SETOF ledger.books
 LANGUAGE plpgsql
 SECURITY DEFINER ROWS 10
 SET search_path TO ''
AS $function$
begin
  -- What follows in this database transaction, triggers included, looks rows up by their keys, however many. Left to
  -- itself PostgreSQL plans each flight anew, which takes longer than the work of a small one; and what it planned while
  -- a table was small reads all of it, until the first statistics of a grown table tell it better.
  perform set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true),
    set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true);
  return query
    select b.* from unnest(of_lanes, of_books) as asked (lane, book)
    join ledger.books b on b.lane = asked.lane and b.id = asked.book
    order by b.lane, b.id
    for update of b;
end $function$
-- execute: ledger_app, ledger_owner

CREATE OR REPLACE FUNCTION ledger.post_entries()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  wrong record;
  moved bigint;
begin
  select e.seq, e.legs, t.entry_count, e.total, e.accounts into wrong
  from (
    select lane, book, seq, count(*) as legs, max(leg) as leg_last, sum(amount) as total, count(distinct account) as accounts
    from added group by lane, book, seq
  ) e
  left join ledger.transactions t on t.lane = e.lane and t.book = e.book and t.seq = e.seq
  where t.seq is null or e.legs <> t.entry_count or e.leg_last <> t.entry_count or e.total <> 0 or e.accounts < 2
  limit 1;
  if found then
    raise exception 'the entries of transaction % are not whole or not balanced', wrong.seq using
      errcode = 'check_violation', constraint = 'entries_balance', table = 'entries', schema = 'ledger',
      detail = format('%s of %s entries on %s accounts, sum %s', wrong.legs, wrong.entry_count, wrong.accounts, wrong.total);
  end if;

  select e.seq, e.leg, e.account into wrong
  from added e
  join ledger.transactions t on t.lane = e.lane and t.book = e.book and t.seq = e.seq
  left join ledger.accounts a on a.lane = e.lane and a.book = e.book and a.id = e.account
  -- Merchants do not move Micro's accounts, and Micro's own transactions do not move the merchant's.
  where a.id is null or a.currency <> t.currency or a.system <> starts_with(t.reference_id, 'micro:')
  limit 1;
  if found then
    raise exception 'entry % of transaction % is on an account of another book, currency or owner', wrong.leg, wrong.seq using
      errcode = 'check_violation', constraint = 'entries_account', table = 'entries', schema = 'ledger';
  end if;

  update ledger.accounts a
  set posted_credits = a.posted_credits + m.credits, posted_debits = a.posted_debits + m.debits, version = a.version + m.legs
  from (
    select lane, book, account, count(*) as legs, min(account_version) as version_first, max(account_version) as version_last,
      sum(greatest(amount, 0)) as credits, sum(greatest(-amount, 0)) as debits
    from added group by lane, book, account
  ) m
  where a.lane = m.lane and a.book = m.book and a.id = m.account
    and m.version_first = a.version + 1 and m.version_last = a.version + m.legs;
  get diagnostics moved = row_count;
  if moved <> (select count(*) from (select from added group by lane, book, account) touched) then
    -- Someone else posted to the account since these entries were decided; deciding again is all it takes.
    raise exception 'entries were decided on balances that have moved since' using errcode = 'serialization_failure';
  end if;

  select e.seq, e.leg into wrong
  from (
    select seq, leg, account_version, balance_after, amount, lane, book, account,
      row_number() over each_account as nth, count(*) over (partition by lane, book, account) as legs,
      sum(amount) over each_account as so_far, sum(amount) over (partition by lane, book, account) as total
    from added window each_account as (partition by lane, book, account order by seq, leg)
  ) e
  join ledger.accounts a on a.lane = e.lane and a.book = e.book and a.id = e.account
  where e.account_version <> a.version - e.legs + e.nth
    or e.balance_after <> a.posted_credits - a.posted_debits - e.total + e.so_far
  limit 1;
  if found then
    raise exception 'entry % of transaction % tells a wrong balance or version', wrong.leg, wrong.seq using
      errcode = 'check_violation', constraint = 'entries_chain', table = 'entries', schema = 'ledger';
  end if;
  return null;
end $function$
-- execute: ledger_owner

CREATE OR REPLACE FUNCTION ledger.post_transactions()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  moved bigint;
begin
  if exists (
    select from added t
    -- One leg is proof enough: ledger.post_entries lets them in only all together.
    where not exists (
      select from ledger.entries e where e.lane = t.lane and e.book = t.book and e.seq = t.seq and e.leg = t.entry_count)
  ) then
    raise exception 'a transaction comes in one statement with its entries' using
      errcode = 'check_violation', constraint = 'transactions_have_entries', table = 'transactions', schema = 'ledger';
  end if;

  if exists (
    select from (
      select created_at < lag(created_at) over (partition by lane, book order by seq) as backwards from added
    ) t where t.backwards
  ) then
    raise exception 'transactions of one book are recorded in the order of time' using
      errcode = 'check_violation', constraint = 'transactions_in_time', table = 'transactions', schema = 'ledger';
  end if;

  update ledger.books b set last_seq = t.seq_last, last_recorded_at = t.recorded_last
  from (
    select lane, book, count(*) as recorded, min(seq) as seq_first, max(seq) as seq_last,
      min(created_at) as recorded_first, max(created_at) as recorded_last
    from added group by lane, book
  ) t
  where b.lane = t.lane and b.id = t.book and t.seq_first = b.last_seq + 1 and t.seq_last = b.last_seq + t.recorded
    and (b.last_recorded_at is null or t.recorded_first >= b.last_recorded_at);
  get diagnostics moved = row_count;
  if moved <> (select count(*) from (select from added group by lane, book) touched) then
    raise exception 'transactions do not continue their book' using errcode = 'serialization_failure';
  end if;
  return null;
end $function$
-- execute: ledger_owner

CREATE OR REPLACE FUNCTION ledger.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  raise exception '% of ledger.% is refused: what the ledger recorded never changes', tg_op, tg_table_name using
    errcode = 'restrict_violation', hint = 'Record another transaction that corrects it.';
end $function$
-- execute: ledger_owner

CREATE OR REPLACE FUNCTION ledger.seq_before(of_lane smallint, of_book bigint, at timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  low bigint := 0;
  high bigint := (select last_seq from ledger.books where lane = of_lane and id = of_book);
  middle bigint;
begin
  while low < high loop
    middle := (low + high + 1) / 2;
    if (select created_at < at from ledger.transactions where lane = of_lane and book = of_book and seq = middle) then
      low := middle;
    else
      high := middle - 1;
    end if;
  end loop;
  return low;
end $function$
-- execute: ledger_app, ledger_owner
