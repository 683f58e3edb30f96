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
  column normal_balance text collate "C" not null
  column currency text collate "C" not null
  column system boolean not null
  column posted_credits numeric(38,0) not null default 0
  column posted_debits numeric(38,0) not null default 0
  column version bigint not null default 0
  column metadata jsonb not null default '{}'::jsonb
  column created_at timestamp with time zone not null
  column asset_scale smallint
  column status text collate "C" not null default 'active'::text
  column min_available numeric(38,0)
  column max_balance numeric(38,0)
  column pending_credits numeric(38,0) not null default 0
  column pending_debits numeric(38,0) not null default 0
  constraint accounts_pkey PRIMARY KEY (lane, book, id)
  constraint accounts_public_id_once UNIQUE (merchant, mode, public_id, lane)
  constraint accounts_asset_fkey FOREIGN KEY (book, currency, asset_scale, lane) REFERENCES ledger.assets(book, code, scale, lane)
  constraint accounts_lane_book_merchant_mode_fkey FOREIGN KEY (lane, book, merchant, mode) REFERENCES ledger.books(lane, id, merchant, mode)
  constraint accounts_max_balance CHECK (max_balance IS NULL OR max_balance >=
CASE normal_balance
    WHEN 'credit'::text THEN posted_credits - posted_debits + pending_credits
    ELSE posted_debits - posted_credits + pending_debits
END)
  constraint accounts_min_available CHECK (min_available IS NULL OR min_available <=
CASE normal_balance
    WHEN 'credit'::text THEN posted_credits - posted_debits - pending_debits
    ELSE posted_debits - posted_credits - pending_credits
END)
  constraint accounts_sums_check CHECK (LEAST(posted_credits, posted_debits, pending_credits, pending_debits) >= 0::numeric AND version >= 0)
  trigger always: CREATE TRIGGER check_account AFTER INSERT OR UPDATE OF name, metadata, status, min_available, max_balance ON ledger.accounts FOR EACH ROW EXECUTE FUNCTION ledger.check_account()
  trigger always: CREATE TRIGGER refuse_change BEFORE UPDATE OF lane, book, id, merchant, mode, public_id, type, normal_balance, currency, asset_scale, system, created_at ON ledger.accounts FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()
  trigger always: CREATE TRIGGER refuse_drift BEFORE UPDATE OF posted_credits, posted_debits, pending_credits, pending_debits, version ON ledger.accounts FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger.refuse_change()
  trigger always: CREATE TRIGGER refuse_removal BEFORE DELETE OR TRUNCATE ON ledger.accounts FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()
  trigger always: CREATE TRIGGER refuse_reopening AFTER UPDATE OF status ON ledger.accounts FOR EACH ROW WHEN (old.status = 'closed'::text AND new.status <> 'closed'::text) EXECUTE FUNCTION ledger.refuse_change()
  trigger always: CREATE TRIGGER take_side BEFORE INSERT ON ledger.accounts FOR EACH ROW EXECUTE FUNCTION ledger.take_side()
  grant ledger_app: select
  grant ledger_app: insert (lane, book, merchant, mode, public_id, name, type, currency, system, metadata, created_at, asset_scale, min_available, max_balance)
  grant ledger_app: update (name, metadata, status, min_available, max_balance)

sequence ledger.accounts_id_seq

table ledger.assets
  column lane smallint not null
  column book bigint not null
  column code text collate "C" not null
  column name text not null
  column scale smallint not null
  column created_at timestamp with time zone not null
  constraint assets_pkey PRIMARY KEY (lane, book, code)
  constraint assets_book_code_scale_lane_key UNIQUE (book, code, scale, lane)
  constraint assets_lane_book_fkey FOREIGN KEY (lane, book) REFERENCES ledger.books(lane, id)
  constraint assets_code_check CHECK (code ~ '^[a-z][a-z0-9_]{2,16}$'::text)
  constraint assets_name_check CHECK (length(name) >= 1 AND length(name) <= 255)
  constraint assets_scale_check CHECK (scale >= 0 AND scale <= 18)
  trigger always: CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.assets FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()
  grant ledger_app: insert, select

table ledger.books
  column lane smallint not null
  column id bigint not null generated always as identity
  column merchant text collate "C" not null
  column mode text collate "C" not null
  column last_seq bigint not null default 0
  column last_recorded_at timestamp with time zone
  column created_at timestamp with time zone not null
  column head_hash bytea
  column closed_before timestamp with time zone
  column origin_merchant text collate "C"
  column origin_mode text collate "C"
  column imported_seq bigint
  column imported_at timestamp with time zone
  constraint books_pkey PRIMARY KEY (lane, id)
  constraint books_lane_id_merchant_mode_key UNIQUE (lane, id, merchant, mode)
  constraint books_merchant_once UNIQUE (merchant, mode, lane)
  constraint books_head_check CHECK (last_seq >= 0 AND
CASE
    WHEN last_seq > 0 OR origin_merchant IS NOT NULL THEN NOT octet_length(head_hash) IS DISTINCT FROM 32
    ELSE head_hash IS NULL
END)
  trigger always: CREATE TRIGGER check_book AFTER INSERT ON ledger.books FOR EACH ROW EXECUTE FUNCTION ledger.check_book()
  trigger always: CREATE TRIGGER refuse_change BEFORE UPDATE OF lane, id, merchant, mode, created_at ON ledger.books FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()
  trigger always: CREATE TRIGGER refuse_drift BEFORE UPDATE OF last_seq, last_recorded_at, head_hash ON ledger.books FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger.refuse_change()
  trigger always: CREATE TRIGGER refuse_removal BEFORE DELETE OR TRUNCATE ON ledger.books FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()
  trigger always: CREATE TRIGGER refuse_reopening BEFORE UPDATE OF closed_before ON ledger.books FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger.refuse_change()
  trigger always: CREATE TRIGGER refuse_rewriting BEFORE UPDATE OF origin_merchant, origin_mode, imported_seq, imported_at ON ledger.books FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()
  grant ledger_app: select
  grant ledger_app: insert (lane, merchant, mode, created_at)

sequence ledger.books_id_seq

table ledger.checkpoints
  column lane smallint not null
  column book bigint not null
  column seq bigint not null
  column id text collate "C" not null
  column hash bytea not null
  column recorded_at timestamp with time zone not null
  column key_id text collate "C" not null
  column token text collate "C" not null
  column automatic boolean not null
  column created_at timestamp with time zone not null
  constraint checkpoints_pkey PRIMARY KEY (lane, book, seq)
  constraint checkpoints_id_lane_key UNIQUE (id, lane)
  constraint checkpoints_hash_check CHECK (octet_length(hash) = 32)
  constraint checkpoints_id_check CHECK (id ~ '^lcp_[0-9A-Za-z]+$'::text)
  constraint checkpoints_key_id_check CHECK (length(key_id) >= 1 AND length(key_id) <= 64)
  constraint checkpoints_seq_check CHECK (seq >= 1)
  constraint checkpoints_token_check CHECK (length(token) >= 1 AND length(token) <= 2048)
  trigger always: CREATE TRIGGER check_checkpoints AFTER INSERT ON ledger.checkpoints REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger.check_checkpoints()
  trigger always: CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.checkpoints FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()
  grant ledger_app: insert, select

view ledger.contents
  column lane smallint
  column book bigint
  column seq bigint
  column hash bytea
  grant ledger_app: select
 SELECT lane,
    book,
    seq,
    sha256(((((((((
        CASE kind
            WHEN 'post'::text THEN '\x01'::bytea
            ELSE '\x02'::bytea
        END || int8send(seq)) || ledger.counted(id)) || ledger.counted(reference_id)) || ledger.instant(created_at)) || ledger.instant(effective_at)) ||
        CASE
            WHEN text_salt IS NULL THEN COALESCE(( SELECT '\x01'::bytea || x.text_digest
               FROM ledger.erasures x
              WHERE x.lane = t.lane AND x.book = t.book AND x.seq = t.seq), '\x00'::bytea)
            ELSE '\x01'::bytea || sha256((text_salt ||
            CASE
                WHEN description IS NULL THEN '\x00'::bytea
                ELSE '\x01'::bytea || ledger.counted(description)
            END) || (( SELECT int4send(count(*)::integer) || COALESCE(string_agg(ledger.counted(jsonb_each_text.key) || ledger.counted(jsonb_each_text.value), '\x'::bytea ORDER BY (jsonb_each_text.key COLLATE "C")), '\x'::bytea)
               FROM jsonb_each_text(t.metadata) jsonb_each_text(key, value))))
        END) ||
        CASE
            WHEN kind = 'post'::text THEN '\x'::bytea
            ELSE (ledger.counted(kind) || int8send(COALESCE(parent, 0::bigint))) ||
            CASE
                WHEN expires_at IS NULL THEN '\x00'::bytea
                ELSE '\x01'::bytea || ledger.instant(expires_at)
            END
        END) || int4send(entry_count::integer)) || (( SELECT string_agg(((ledger.counted(a.public_id) || ledger.counted(a.currency)) || ledger.counted(e.amount::text)) ||
                CASE
                    WHEN t.kind = 'post'::text THEN '\x'::bytea
                    ELSE ledger.counted(e.layer)
                END, '\x'::bytea ORDER BY e.leg) AS string_agg
           FROM ledger.entries e
             CROSS JOIN LATERAL ( SELECT a_1.lane,
                    a_1.book,
                    a_1.id,
                    a_1.merchant,
                    a_1.mode,
                    a_1.public_id,
                    a_1.name,
                    a_1.type,
                    a_1.normal_balance,
                    a_1.currency,
                    a_1.system,
                    a_1.posted_credits,
                    a_1.posted_debits,
                    a_1.version,
                    a_1.metadata,
                    a_1.created_at,
                    a_1.asset_scale,
                    a_1.status,
                    a_1.min_available,
                    a_1.max_balance,
                    a_1.pending_credits,
                    a_1.pending_debits
                   FROM ledger.accounts a_1
                  WHERE a_1.lane = e.lane AND a_1.book = e.book AND a_1.id = e.account
                 OFFSET 0) a
          WHERE e.lane = t.lane AND e.book = t.book AND e.seq = t.seq))) AS hash
   FROM ledger.transactions t;

table ledger.entries
  column lane smallint not null
  column book bigint not null
  column seq bigint not null
  column leg smallint not null
  column account bigint not null
  column amount numeric(38,0) not null
  column balance_after numeric(38,0) not null
  column account_version bigint not null
  column layer text collate "C" not null default 'posted'::text
  constraint entries_pkey PRIMARY KEY (lane, book, seq, leg)
  index CREATE INDEX entries_of_account ON ledger.entries USING btree (account, seq)
  index CREATE INDEX entries_pending ON ledger.entries USING btree (account, seq) WHERE (layer = 'pending'::text)
  trigger always: CREATE TRIGGER post_entries AFTER INSERT ON ledger.entries REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger.post_entries()
  trigger always: CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.entries FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()
  grant ledger_app: insert, select

table ledger.erasures
  column lane smallint not null
  column book bigint not null
  column seq bigint not null
  column text_digest bytea not null
  column reason text not null
  column erased_by text collate "C"
  column request_id text collate "C" not null
  column erased_at timestamp with time zone not null
  column erased_in xid8 not null
  constraint erasures_pkey PRIMARY KEY (lane, book, seq)
  constraint erasures_erased_by_check CHECK (length(erased_by) >= 1 AND length(erased_by) <= 255)
  constraint erasures_reason_check CHECK (length(reason) >= 1 AND length(reason) <= 500)
  constraint erasures_request_id_check CHECK (length(request_id) >= 1 AND length(request_id) <= 255)
  constraint erasures_text_digest_check CHECK (octet_length(text_digest) = 32)
  index CREATE INDEX erasures_in_transaction ON ledger.erasures USING btree (erased_in)
  trigger always: CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.erasures FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()
  grant ledger_app: select

view ledger.held
  column lane smallint
  column book bigint
  column seq bigint
  column leg smallint
  column account bigint
  column amount numeric(38,0)
  column remaining numeric
  grant ledger_app: select
 SELECT lane,
    book,
    seq,
    leg,
    account,
    amount,
    amount + COALESCE(( SELECT sum(e.amount) AS sum
           FROM ledger.transactions c
             CROSS JOIN LATERAL ( SELECT e_1.lane,
                    e_1.book,
                    e_1.seq,
                    e_1.leg,
                    e_1.account,
                    e_1.amount,
                    e_1.balance_after,
                    e_1.account_version,
                    e_1.layer
                   FROM ledger.entries e_1
                  WHERE e_1.lane = c.lane AND e_1.book = c.book AND e_1.seq = c.seq AND e_1.account = h.account AND e_1.layer = 'pending'::text
                 OFFSET 0) e
          WHERE c.lane = h.lane AND c.book = h.book AND c.parent = h.seq AND (c.kind = ANY (ARRAY['capture'::text, 'release'::text, 'expire'::text]))), 0::numeric) AS remaining
   FROM ledger.entries h;

table ledger.holds
  column lane smallint not null
  column book bigint not null
  column seq bigint not null
  column status text collate "C" not null
  column expires_at timestamp with time zone
  constraint holds_pkey PRIMARY KEY (lane, book, seq)
  constraint holds_status_check CHECK (status = ANY (ARRAY['open'::text, 'captured'::text, 'released'::text, 'expired'::text]))
  index CREATE INDEX holds_by_status ON ledger.holds USING btree (book, status, seq, lane)
  index CREATE INDEX holds_due ON ledger.holds USING btree (expires_at, lane, book, seq) WHERE ((status = 'open'::text) AND (expires_at IS NOT NULL))
  trigger always: CREATE TRIGGER refuse_drift BEFORE INSERT OR DELETE OR UPDATE ON ledger.holds FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger.refuse_change()
  trigger always: CREATE TRIGGER refuse_removal BEFORE TRUNCATE ON ledger.holds FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()
  grant ledger_app: select

table ledger.leases
  column lane smallint not null
  column book bigint not null
  column work text collate "C" not null
  column holder text collate "C" not null
  column leased_until timestamp with time zone not null
  constraint leases_pkey PRIMARY KEY (lane, book, work)
  constraint leases_work_check CHECK (work = ANY (ARRAY['asked'::text, 'news'::text, 'whole'::text]))
  grant ledger_app: delete, insert, select, update

table ledger.migrations
  column name text collate "C" not null
  column checksum text not null
  column applied_at timestamp with time zone not null default now()
  constraint migrations_pkey PRIMARY KEY (name)

table ledger.outbox
  column id bigint not null default nextval('ledger.outbox_order'::regclass)
  column event_id text collate "C" not null
  column merchant text collate "C" not null
  column mode text collate "C" not null
  column type text collate "C" not null
  column created_at timestamp with time zone not null
  column request_id text
  column idempotency_key text
  column object json not null
  column previous_attributes json
  constraint outbox_pkey PRIMARY KEY (id)
  constraint outbox_event_id_key UNIQUE (event_id)
  constraint outbox_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  grant ledger_app: delete, select
  grant ledger_app: insert (event_id, merchant, mode, type, created_at, request_id, idempotency_key, object, previous_attributes)

sequence ledger.outbox_order
  grant ledger_app: usage

table ledger.period_totals
  column lane smallint not null
  column book bigint not null
  column period integer not null
  column currency text collate "C" not null
  column type text collate "C" not null
  column debits numeric not null
  column credits numeric not null
  constraint period_totals_pkey PRIMARY KEY (lane, book, period, currency, type)
  constraint period_totals_lane_book_period_fkey FOREIGN KEY (lane, book, period) REFERENCES ledger.periods(lane, book, number)
  constraint period_totals_credits_check CHECK (credits >= 0::numeric)
  constraint period_totals_debits_check CHECK (debits >= 0::numeric)
  constraint period_totals_type_check CHECK (type = ANY (ARRAY['asset'::text, 'liability'::text, 'equity'::text, 'revenue'::text, 'expense'::text]))
  trigger always: CREATE TRIGGER check_totals AFTER INSERT ON ledger.period_totals REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger.check_totals()
  trigger always: CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.period_totals FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()
  grant ledger_app: insert, select

table ledger.periods
  column lane smallint not null
  column book bigint not null
  column number integer not null
  column id text collate "C" not null
  column closed_before timestamp with time zone not null
  column seq bigint not null
  column hash bytea
  column totals_count integer not null
  column description text
  column created_at timestamp with time zone not null
  constraint periods_pkey PRIMARY KEY (lane, book, number)
  constraint periods_id_once UNIQUE (id, lane)
  constraint periods_lane_book_fkey FOREIGN KEY (lane, book) REFERENCES ledger.books(lane, id)
  constraint periods_closed_before_check CHECK (closed_before >= '1970-01-01 00:00:00+00'::timestamp with time zone AND closed_before <= '9999-12-31 23:59:59+00'::timestamp with time zone)
  constraint periods_description_check CHECK (length(description) <= 1000)
  constraint periods_hash_check CHECK (octet_length(hash) = 32)
  constraint periods_hash_if_any CHECK ((hash IS NOT NULL) = (seq > 0))
  constraint periods_id_check CHECK (id ~ '^lper_[0-9A-Za-z]+$'::text)
  constraint periods_in_the_past CHECK (closed_before <= created_at)
  constraint periods_number_check CHECK (number >= 1)
  constraint periods_seq_check CHECK (seq >= 0)
  constraint periods_totals_count_check CHECK (totals_count >= 0)
  trigger always: CREATE TRIGGER close_periods AFTER INSERT ON ledger.periods REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger.close_periods()
  trigger always: CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.periods FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()
  grant ledger_app: insert, select

table ledger.shifted_entries
  column lane smallint not null
  column book bigint not null
  column account bigint not null
  column seq bigint not null
  column leg smallint not null
  column counts_at timestamp with time zone not null
  column amount numeric(38,0) not null
  constraint shifted_entries_pkey PRIMARY KEY (lane, book, account, seq, leg)
  index CREATE INDEX shifted_entries_by_time ON ledger.shifted_entries USING btree (account, counts_at, seq, leg) INCLUDE (amount, lane)
  trigger always: CREATE TRIGGER refuse_addition BEFORE INSERT ON ledger.shifted_entries FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger.refuse_change()
  trigger always: CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.shifted_entries FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()
  grant ledger_app: select

table ledger.stretches
  column id bigint not null default nextval('ledger.outbox_order'::regclass)
  column lane smallint not null
  column book bigint not null
  column first_seq bigint not null
  column last_seq bigint not null
  column created_at timestamp with time zone not null default now()
  constraint stretches_pkey PRIMARY KEY (id)
  grant ledger_app: delete, select
  grant ledger_app: insert (lane, book, first_seq, last_seq)
  grant ledger_app: update (first_seq)

table ledger.transactions
  column lane smallint not null
  column book bigint not null
  column seq bigint not null
  column id text collate "C" not null
  column reference_id text collate "C" not null
  column description text
  column currency text collate "C"
  column entry_count smallint not null
  column fingerprint bytea not null
  column metadata jsonb not null
  column created_at timestamp with time zone not null
  column reference_key bytea not null generated always as (substr(sha256((int8send(book) || (replace(reference_id, '\'::text, '\\'::text))::bytea)), 1, 16)) stored
  column effective_at timestamp with time zone not null
  column text_salt bytea
  column content_hash bytea not null
  column hash bytea not null
  column kind text collate "C" not null default 'post'::text
  column parent bigint
  column expires_at timestamp with time zone
  column booked_at timestamp with time zone
  constraint transactions_pkey PRIMARY KEY (lane, book, seq)
  constraint transactions_id_once UNIQUE (id, lane)
  constraint transactions_reference_once UNIQUE (reference_key, lane)
  index CREATE INDEX transactions_of_parent ON ledger.transactions USING btree (parent, book, kind, lane) WHERE (parent IS NOT NULL)
  index CREATE UNIQUE INDEX transactions_reversed_once ON ledger.transactions USING btree (parent, book, lane) WHERE (kind = 'reversal'::text)
  trigger always: CREATE TRIGGER post_transactions AFTER INSERT ON ledger.transactions REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger.post_transactions()
  trigger always: CREATE TRIGGER refuse_change BEFORE UPDATE ON ledger.transactions FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_without_erasure()
  trigger always: CREATE TRIGGER refuse_change_of_row AFTER UPDATE ON ledger.transactions FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change_but_erasure()
  trigger always: CREATE TRIGGER refuse_removal BEFORE DELETE OR TRUNCATE ON ledger.transactions FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()
  grant ledger_app: insert, select

table ledger.verifications
  column lane smallint not null
  column book bigint not null
  column work text collate "C" not null
  column seq bigint not null default 0
  column hash bytea
  column account bigint
  column until_seq bigint
  column began_at timestamp with time zone
  column passed_at timestamp with time zone
  column problem text collate "C"
  column problem_seq bigint
  column problem_account text collate "C"
  column problem_at timestamp with time zone
  constraint verifications_pkey PRIMARY KEY (lane, book, work)
  constraint verifications_hash_check CHECK (octet_length(hash) = 32)
  constraint verifications_seq_check CHECK (seq >= 0)
  constraint verifications_work_check CHECK (work = ANY (ARRAY['news'::text, 'whole'::text]))
  index CREATE INDEX verifications_with_problem ON ledger.verifications USING btree (lane, book) WHERE (problem IS NOT NULL)
  grant ledger_app: insert, select, update

CREATE OR REPLACE FUNCTION ledger.check_account()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  broken text := case
    when length(new.public_id) not between 1 and 128 then 'accounts_public_id_check'
    when length(new.name) not between 1 and 255 then 'accounts_name_check'
    when new.type not in ('asset', 'liability', 'equity', 'revenue', 'expense') then 'accounts_type_check'
    when new.normal_balance <> case when new.type in ('asset', 'expense') then 'debit' else 'credit' end
      then 'accounts_normal_balance_check'
    when new.status not in ('active', 'frozen', 'closed') then 'accounts_status_check'
    when not (new.currency ~ '^[a-z]{3}$' or new.asset_scale is not null) then 'accounts_currency_check'
    when jsonb_typeof(new.metadata) <> 'object' then 'accounts_metadata_check'
    when new.system <> starts_with(new.public_id, 'sys_') then 'accounts_system_by_name'
    when new.system and (new.status <> 'active' or new.min_available is not null or new.max_balance is not null)
      then 'accounts_system_unlimited'
    -- Nothing moves one that is closed; see ledger.post_entries.
    when new.status = 'closed'
      and (new.posted_credits <> new.posted_debits or new.pending_credits <> 0 or new.pending_debits <> 0)
      then 'accounts_closed_at_zero'
    when new.version = 0 and (new.posted_credits, new.posted_debits, new.pending_credits, new.pending_debits) <> (0, 0, 0, 0)
      then 'accounts_start_empty'
  end;
begin
  if broken is not null then
    raise exception 'account "%" breaks %', new.public_id, broken using
      errcode = 'check_violation', constraint = broken, table = 'accounts', schema = 'ledger';
  end if;
  return null;
end $function$
-- execute: ledger_owner

CREATE OR REPLACE FUNCTION ledger.check_book()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  broken text := case
    when length(new.merchant) not between 1 and 255 then 'books_merchant_check'
    when new.mode not in ('test', 'live') then 'books_mode_check'
    when new.lane <> get_byte(sha256(convert_to(new.merchant || '/' || new.mode, 'UTF8')), 0) then 'books_lane_is_hash'
    when length(new.origin_merchant) not between 1 and 255 then 'books_origin_merchant_check'
    when (new.origin_merchant is null) <> (new.origin_mode is null) then 'books_origin_whole'
    -- Nothing of a test becomes live, nor the other way round.
    when new.origin_mode <> new.mode then 'books_origin_mode'
    when new.imported_seq < 0 then 'books_imported_seq_check'
    when (new.imported_at is null) <> (new.imported_seq is null)
      or (new.origin_merchant is not null and (new.imported_seq > 0) is not true) then 'books_imported_whole'
    when new.last_seq = 0 and new.head_hash <> ledger.genesis(new.origin_merchant, new.origin_mode)
      then 'books_begin_at_origin'
  end;
begin
  if broken is not null then
    raise exception 'the book of "%" breaks %', new.merchant, broken using
      errcode = 'check_violation', constraint = broken, table = 'books', schema = 'ledger';
  end if;
  return null;
end $function$
-- execute: ledger_owner

CREATE OR REPLACE FUNCTION ledger.check_checkpoints()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  wrong record;
begin
  select c.seq into wrong from added c
  where not exists (
    select from ledger.transactions t
    where t.lane = c.lane and t.book = c.book and t.seq = c.seq and t.hash = c.hash and t.created_at = c.recorded_at
    offset 0)
  limit 1;
  if found then
    raise exception 'the checkpoint at % is not of its book', wrong.seq using
      errcode = 'check_violation', constraint = 'checkpoints_of_book', table = 'checkpoints', schema = 'ledger';
  end if;
  return null;
end $function$
-- execute: ledger_owner

CREATE OR REPLACE FUNCTION ledger.check_totals()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if exists (
    select from (select lane, book, period from added group by lane, book, period) a
    join ledger.periods p on p.lane = a.lane and p.book = a.book and p.number = a.period
    where p.totals_count <> (
      select count(*) from ledger.period_totals t where t.lane = a.lane and t.book = a.book and t.period = a.period)
  ) then
    raise exception 'the totals of a period come in one statement with it' using
      errcode = 'check_violation', constraint = 'periods_have_totals', table = 'period_totals', schema = 'ledger';
  end if;
  if exists (select from added group by lane, book, period, currency having sum(debits) <> sum(credits)) then
    raise exception 'the totals of a period do not balance' using
      errcode = 'check_violation', constraint = 'totals_balance', table = 'period_totals', schema = 'ledger';
  end if;
  return null;
end $function$
-- execute: ledger_owner

CREATE OR REPLACE FUNCTION ledger.close_periods()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  moved bigint;
begin
  update ledger.books b set closed_before = p.closed_before
  from added p
  where b.lane = p.lane and b.id = p.book and b.last_seq = p.seq and (p.seq = 0 or b.head_hash = p.hash)
    and (b.closed_before is null or b.closed_before < p.closed_before)
    and p.number = (select count(*) from ledger.periods o where o.lane = p.lane and o.book = p.book);
  get diagnostics moved = row_count;
  if moved <> (select count(*) from added) then
    raise exception 'a period does not continue its book' using errcode = 'serialization_failure';
  end if;
  if exists (
    select from added p
    where p.totals_count <> (
      select count(*) from ledger.period_totals t where t.lane = p.lane and t.book = p.book and t.period = p.number)
  ) then
    raise exception 'a period comes in one statement with its totals' using
      errcode = 'check_violation', constraint = 'periods_have_totals', table = 'periods', schema = 'ledger';
  end if;
  return null;
end $function$
-- execute: ledger_owner

CREATE OR REPLACE FUNCTION ledger.counted(value text)
 RETURNS bytea
 LANGUAGE sql
 STABLE
RETURN (int4send(octet_length(value)) || convert_to(value, 'UTF8'::name))
-- execute: ledger_app, ledger_owner

CREATE OR REPLACE FUNCTION ledger.erase_text(of_lane smallint, of_book bigint, of_seq bigint, why text, who text, request text, at timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  insert into ledger.erasures (lane, book, seq, text_digest, reason, erased_by, request_id, erased_at, erased_in)
  select t.lane, t.book, t.seq, sha256(
      t.text_salt
      || case when t.description is null then '\x00'::bytea else '\x01'::bytea || ledger.counted(t.description) end
      || (select int4send(count(*)::int4) || coalesce(
            string_agg(ledger.counted(key) || ledger.counted(value), ''::bytea order by key collate "C"), ''::bytea)
          from jsonb_each_text(t.metadata))
    ), why, who, request, at, pg_current_xact_id()
  from ledger.transactions t
  -- Micro's own transactions hold no words of people, and what they say is needed.
  where t.lane = of_lane and t.book = of_book and t.seq = of_seq and t.text_salt is not null
    and not starts_with(t.reference_id, 'micro:')
  on conflict (lane, book, seq) do nothing;
  if not found then
    return false;
  end if;
  update ledger.transactions set description = null, metadata = '{}', text_salt = null
  where lane = of_lane and book = of_book and seq = of_seq;
  return true;
end $function$
-- execute: ledger_app, ledger_owner

CREATE OR REPLACE FUNCTION ledger.genesis(merchant text, mode text)
 RETURNS bytea
 LANGUAGE sql
 STABLE
RETURN sha256(((ledger.counted('micro ledger book'::text) || ledger.counted(merchant)) || ledger.counted(mode)))
-- execute: ledger_app, ledger_owner

CREATE OR REPLACE FUNCTION ledger.hold_books(of_lanes smallint[], of_books bigint[], at_seqs bigint[])
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  standing bigint;
  was text;
begin
  was := set_config('plan_cache_mode', 'force_generic_plan', true);
  was := set_config('enable_seqscan', 'off', true);
  was := set_config('enable_hashjoin', 'off', true);
  was := set_config('enable_mergejoin', 'off', true);
  was := set_config('jit', 'off', true);
  if cardinality(of_books) = 1 then
    perform from ledger.books b where b.lane = of_lanes[1] and b.id = of_books[1] and b.last_seq = at_seqs[1]
    for no key update;
  else
    perform from unnest(of_lanes, of_books, at_seqs) as asked (lane, book, seq)
    cross join lateral (
      select from ledger.books b where b.lane = asked.lane and b.id = asked.book and b.last_seq = asked.seq
      offset 0 for no key update
    ) b;
  end if;
  get diagnostics standing = row_count;
  if standing <> cardinality(of_books) then
    raise exception 'decided on books that have moved since' using errcode = 'serialization_failure';
  end if;
  return true;
end $function$
-- execute: ledger_app, ledger_owner

CREATE OR REPLACE FUNCTION ledger.instant(at timestamp with time zone)
 RETURNS bytea
 LANGUAGE sql
 STABLE
RETURN int8send(((EXTRACT(epoch FROM at) * (1000000)::numeric))::bigint)
-- execute: ledger_app, ledger_owner

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

CREATE OR REPLACE FUNCTION ledger.net_at(of_lane smallint, of_account bigint, known bigint, until timestamp with time zone, until_seq bigint)
 RETURNS TABLE(net numeric)
 LANGUAGE sql
 STABLE
AS $function$
  select coalesce((
      select e.balance_after from (
        select l.book, l.seq from ledger.entries l
        where l.lane = of_lane and l.account = of_account and l.seq <= least(known, until_seq) and l.layer = 'posted'
        order by l.seq desc limit 1
      ) l
      join ledger.entries e on e.lane = of_lane and e.book = l.book and e.seq = l.seq
      where e.account = of_account and e.layer = 'posted'
      order by e.leg desc limit 1
    ), 0)
    -- recorded by then, and counting later
    - coalesce((
      select sum(s.amount) from ledger.shifted_entries s
      where s.lane = of_lane and s.account = of_account and s.counts_at >= until and s.seq <= least(known, until_seq)
    ), 0)
    -- recorded later, and counting by then
    + coalesce((
      select sum(s.amount) from ledger.shifted_entries s
      where s.lane = of_lane and s.account = of_account and s.counts_at < until and s.seq > until_seq and s.seq <= known
    ), 0)
$function$
-- execute: ledger_app, ledger_owner

CREATE OR REPLACE FUNCTION ledger.post_entries()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  all_moved boolean;
  all_sound boolean;
  any_other boolean;
  wrong record;
begin
  -- Moves the accounts, and judges everything by what they have become. Those that are elsewhere are not moved, and their
  -- entries not sound. (A full join, since no other keeps the planner from comparing every entry with every account.)
  with moved as (
    update ledger.accounts a
    set posted_credits = a.posted_credits + m.credits, posted_debits = a.posted_debits + m.debits,
      pending_credits = a.pending_credits + m.held_credits, pending_debits = a.pending_debits + m.held_debits,
      version = a.version + m.legs
    from (
      select e.lane, e.book, e.account, count(*) as legs,
        min(e.account_version) as version_first, max(e.account_version) as version_last,
        coalesce(sum(e.amount) filter (where e.layer = 'posted' and e.amount > 0), 0) as credits,
        coalesce(-sum(e.amount) filter (where e.layer = 'posted' and e.amount < 0), 0) as debits,
        coalesce(sum(h.credits), 0) as held_credits, coalesce(sum(h.debits), 0) as held_debits
      from added e
      left join lateral (
        select case t.kind when 'hold' then greatest(e.amount, 0) else least(e.amount, 0) end as credits,
          case t.kind when 'hold' then greatest(-e.amount, 0) else least(-e.amount, 0) end as debits
        from ledger.transactions t
        where e.layer = 'pending' and t.lane = e.lane and t.book = e.book and t.seq = e.seq offset 0
      ) h on true
      group by e.lane, e.book, e.account
    ) m
    where a.lane = m.lane and a.book = m.book and a.id = m.account
      and m.version_first = a.version + 1 and m.version_last = a.version + m.legs
    returning a.lane, a.book, a.id, a.public_id, a.currency, a.status, a.system, a.version - m.legs as version,
      a.posted_credits - a.posted_debits - m.credits + m.debits as balance,
      a.pending_credits - a.pending_debits - m.held_credits + m.held_debits as held
  )
  select bool_and(e.moved), bool_and(coalesce(
    e.legs = t.entry_count and e.leg_last = t.entry_count and e.total = 0 and e.several and e.told_rightly
    and (e.held = 0 or e.total_held = 0)
    and case t.kind when 'post' then e.held = 0 when 'reversal' then e.held = 0
      when 'capture' then e.held > 0 and e.held < e.legs else e.held = e.legs end
    and (t.currency is null or (e.currency_first = t.currency and e.currency_last = t.currency))
    and e.status_worst <= case when t.kind in ('release', 'expire') then 1 else 0 end
    and e.of_system = case when starts_with(t.reference_id, 'micro:') and t.kind <> 'expire' then e.legs else 0 end
    -- Those of other kinds are few; theirs is asked below.
    and (t.kind <> 'post' or t.content_hash = sha256(
      '\x01'::bytea || int8send(t.seq) || ledger.counted(t.id) || ledger.counted(t.reference_id)
      || ledger.instant(t.created_at) || ledger.instant(t.effective_at)
      || case when t.text_salt is null then '\x00'::bytea else '\x01'::bytea || sha256(
        t.text_salt
        || case when t.description is null then '\x00'::bytea else '\x01'::bytea || ledger.counted(t.description) end
        || (select int4send(count(*)::int4) || coalesce(
              string_agg(ledger.counted(key) || ledger.counted(value), ''::bytea order by key collate "C"), ''::bytea)
            from jsonb_each_text(t.metadata))
      ) end
      || int4send(t.entry_count::int4) || e.content
    )),
    false)), bool_or(t.kind <> 'post') into all_moved, all_sound, any_other
  from (
    select e.lane, e.book, e.seq, count(*) as legs, max(e.leg) as leg_last, sum(e.amount) as total,
      min(e.account) <> max(e.account) as several, bool_and(e.moved) as moved, bool_and(e.told_rightly) as told_rightly,
      count(*) filter (where e.layer = 'pending') as held, sum(e.amount) filter (where e.layer = 'pending') as total_held,
      min(e.currency) as currency_first, max(e.currency) as currency_last,
      max(case e.status when 'active' then 0 when 'frozen' then 1 else 2 end) as status_worst,
      count(*) filter (where e.system) as of_system,
      string_agg(ledger.counted(e.public_id) || ledger.counted(e.currency) || ledger.counted(e.amount::text), ''::bytea
        order by e.leg) as content
    from (
      select e.*, a.public_id, a.currency, a.status, a.system, a.id is not null as moved,
        coalesce(e.amount <> 0 and e.amount between -1e30 and 1e30 and e.leg > 0 and e.account_version = a.version + e.nth
          and e.balance_after = case e.layer when 'posted' then a.balance + e.so_far
            when 'pending' then a.held + e.so_far_held end, false) as told_rightly
      from (
        select lane, book, seq, leg, account, amount, balance_after, account_version, layer,
          row_number() over of_account as nth, sum(amount) filter (where layer = 'posted') over of_account as so_far,
          sum(amount) filter (where layer = 'pending') over of_account as so_far_held
        from added window of_account as (partition by lane, book, account order by seq, leg)
      ) e
      full join moved a on a.lane = e.lane and a.book = e.book and a.id = e.account
    ) e
    group by e.lane, e.book, e.seq
  ) e
  left join lateral (
    select * from ledger.transactions t where t.lane = e.lane and t.book = e.book and t.seq = e.seq offset 0
  ) t on true;
  if all_sound and not any_other then
    return null;
  end if;

  if all_sound is not true then
    select e.broken into wrong
    from (
      select case
        when amount = 0 or abs(amount) > 1e30 then 'entries_amount_check'
        when leg not between 1 and 1000 then 'entries_leg_check'
        when layer not in ('posted', 'pending') then 'entries_layer_check'
        when account_version < 1 then 'entries_account_version_check'
      end as broken from added
    ) e
    where e.broken is not null limit 1;
    if found then
      raise exception 'an entry breaks %', wrong.broken using
        errcode = 'check_violation', constraint = wrong.broken, table = 'entries', schema = 'ledger';
    end if;

    select e.seq, e.legs, t.entry_count, e.total, e.accounts into wrong
    from (
      select lane, book, seq, count(*) as legs, max(leg) as leg_last, sum(amount) as total, count(distinct account) as accounts,
        count(*) filter (where layer = 'pending') as held, sum(amount) filter (where layer = 'pending') as total_held
      from added group by lane, book, seq
    ) e
    left join lateral (
      select * from ledger.transactions t where t.lane = e.lane and t.book = e.book and t.seq = e.seq offset 0
    ) t on true
    where t.seq is null or e.legs <> t.entry_count or e.leg_last <> t.entry_count or e.total <> 0 or e.accounts < 2
      or e.total_held <> 0
      or case t.kind when 'post' then e.held > 0 when 'reversal' then e.held > 0
        when 'capture' then e.held = 0 or e.held = e.legs else e.held < e.legs end
    limit 1;
    if found then
      raise exception 'the entries of transaction % are not whole or not balanced', wrong.seq using
        errcode = 'check_violation', constraint = 'entries_balance', table = 'entries', schema = 'ledger',
        detail = format('%s of %s entries on %s accounts, sum %s', wrong.legs, wrong.entry_count, wrong.accounts, wrong.total);
    end if;

    select e.seq, e.leg, e.account into wrong
    from added e
    cross join lateral (
      select * from ledger.transactions t where t.lane = e.lane and t.book = e.book and t.seq = e.seq offset 0
    ) t
    left join lateral (
      select * from ledger.accounts a where a.lane = e.lane and a.book = e.book and a.id = e.account offset 0
    ) a on true
    where a.id is null or a.currency <> t.currency
      -- From a frozen account what was held may still be given back.
      or (a.status <> 'active' and not (a.status = 'frozen' and t.kind in ('release', 'expire')))
      -- Merchants do not move Micro's accounts, and Micro's own transactions do not move the merchant's. That a hold
      -- expires Micro records of itself; ledger.post_transactions sees to it that it gives back what the hold took.
      or a.system <> (starts_with(t.reference_id, 'micro:') and t.kind <> 'expire')
    limit 1;
    if found then
      raise exception 'entry % of transaction % is on an account of another book, currency or owner, or one not active',
        wrong.leg, wrong.seq using
        errcode = 'check_violation', constraint = 'entries_account', table = 'entries', schema = 'ledger';
    end if;

    if not all_moved then
      -- Someone else posted to the account since these entries were decided; deciding again is all it takes.
      raise exception 'entries were decided on balances that have moved since' using errcode = 'serialization_failure';
    end if;

    select e.seq, e.leg into wrong
    from (
      select seq, leg, layer, account_version, balance_after, amount, lane, book, account,
        row_number() over (partition by lane, book, account order by seq, leg) as nth,
        count(*) over (partition by lane, book, account) as legs,
        sum(amount) over (partition by lane, book, account, layer order by seq, leg) as so_far,
        sum(amount) over (partition by lane, book, account, layer) as total
      from added
    ) e
    cross join lateral (
      select * from ledger.accounts a where a.lane = e.lane and a.book = e.book and a.id = e.account offset 0
    ) a
    where e.account_version <> a.version - e.legs + e.nth
      or e.balance_after <> case e.layer when 'posted' then a.posted_credits - a.posted_debits
        else a.pending_credits - a.pending_debits end - e.total + e.so_far
    limit 1;
    if found then
      raise exception 'entry % of transaction % tells a wrong balance or version', wrong.leg, wrong.seq using
        errcode = 'check_violation', constraint = 'entries_chain', table = 'entries', schema = 'ledger';
    end if;
  end if;

  select t.seq into wrong
  from (select distinct lane, book, seq from added) e
  cross join lateral (
    select * from ledger.transactions t where t.lane = e.lane and t.book = e.book and t.seq = e.seq
    offset 0 -- looks each up by its key, where a join might read the whole book
  ) t
  where t.content_hash is distinct from
    (select c.hash from ledger.contents c where c.lane = t.lane and c.book = t.book and c.seq = t.seq)
  limit 1;
  if found then
    raise exception 'transaction % has the hash of another content', wrong.seq using
      errcode = 'check_violation', constraint = 'transactions_content', table = 'transactions', schema = 'ledger';
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
  judged record;
  wrong record;
begin
  with by_book as (
    select lane, book, count(*) as recorded, min(seq) as seq_first, max(seq) as seq_last,
      min(created_at) as recorded_first, max(created_at) as recorded_last,
      min(coalesce(booked_at, effective_at)) as counts_first, sum(entry_count) as legs,
      string_agg(content_hash, '') filter (where hash_before is null) as content_first,
      string_agg(hash, '') filter (where hash_before is null) as hash_first,
      string_agg(hash, '') filter (where is_last) as hash_last,
      bool_and(hash_before is null or (hash = sha256(hash_before || content_hash) and created_at >= created_before)) as linked,
      bool_or(currency is null) as any_several, bool_or(booked_at is not null) as any_late,
      bool_or(coalesce(booked_at, effective_at) <> created_at) as any_shifted,
      bool_or(kind <> 'post') as any_following, min(case
        when octet_length(hash) <> 32 then 'transactions_hash_check'
        when octet_length(content_hash) <> 32 then 'transactions_content_hash_check'
        when octet_length(fingerprint) <> 32 then 'transactions_fingerprint_check'
        when id !~ '^ltx_[0-9A-Za-z]+$' then 'transactions_id_check'
        when length(reference_id) not between 1 and 255 then 'transactions_reference_id_check'
        when entry_count not between 2 and 1000 then 'transactions_entry_count_check'
        when effective_at < '1970-01-01 00:00:00+00' or effective_at > '9999-12-31 23:59:59+00'
          then 'transactions_effective_in_range'
        when (text_salt is not null) <> (description is not null or metadata <> '{}') then 'transactions_text_is_salted'
        when octet_length(text_salt) <> 16 then 'transactions_text_salt_check'
        when length(description) > 1000 then 'transactions_description_check'
        when jsonb_typeof(metadata) <> 'object' then 'transactions_metadata_check'
        when kind not in ('post', 'hold', 'capture', 'release', 'expire', 'reversal') then 'transactions_kind_check'
        when (parent is null) <> (kind in ('post', 'hold')) or parent >= seq then 'transactions_parent'
        when expires_at is not null
          and (kind <> 'hold' or expires_at <= created_at or expires_at > '9999-12-31 23:59:59+00') then 'transactions_expires'
        when booked_at is not null
          and (booked_at <> created_at or effective_at >= created_at or not starts_with(reference_id, 'micro:'))
          then 'transactions_booked_late'
      end) as broken
    from (
      select *, lag(hash) over in_book as hash_before, lag(created_at) over in_book as created_before,
        lead(seq) over in_book is null as is_last
      from added window in_book as (partition by lane, book order by seq)
    ) t
    group by lane, book
  ), moved as (
    update ledger.books b set last_seq = t.seq_last, last_recorded_at = t.recorded_last, head_hash = t.hash_last
    from by_book t
    where b.lane = t.lane and b.id = t.book and t.linked
      and t.seq_first = b.last_seq + 1 and t.seq_last = b.last_seq + t.recorded
      and t.hash_first = sha256(coalesce(b.head_hash, ledger.genesis(b.merchant, b.mode)) || t.content_first)
      and (b.last_recorded_at is null or t.recorded_first >= b.last_recorded_at)
      and (b.closed_before is null or t.counts_first >= b.closed_before)
      -- Which is which, ledger.post_entries sees to: it lets them in only whole, and with their transaction.
      and t.legs = (
        select count(*) from ledger.entries e
        where e.lane = t.lane and e.book = t.book and e.seq between t.seq_first and t.seq_last)
    returning b.id
  )
  select (select count(*) from moved) = count(*) as all_moved, min(broken) as broken, bool_or(any_several) as any_several,
    bool_or(any_late) as any_late, bool_or(any_shifted) as any_shifted,
    bool_or(any_following) as any_following into judged
  from by_book;
  if judged.broken is not null then
    raise exception 'a transaction breaks %', judged.broken using
      errcode = 'check_violation', constraint = judged.broken, table = 'transactions', schema = 'ledger';
  end if;

  if not judged.all_moved then
    if exists (
      select from added t
      -- One leg is proof enough: ledger.post_entries lets them in only all together.
      where not exists (
        select from ledger.entries e where e.lane = t.lane and e.book = t.book and e.seq = t.seq and e.leg = t.entry_count
        offset 0)
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

    select t.seq into wrong from (
      select lane, book, seq, content_hash, hash, lag(hash) over (partition by lane, book order by seq) as before from added
    ) t
    -- The first of a book follows what the book has; one that was moved followed it.
    where t.hash <> sha256(coalesce(t.before, (
      select coalesce(b.head_hash, ledger.genesis(b.merchant, b.mode)) from ledger.books b
      where b.lane = t.lane and b.id = t.book and b.last_seq = t.seq - 1
    )) || t.content_hash)
    limit 1;
    if found then
      raise exception 'transaction % does not follow the hash before it', wrong.seq using
        errcode = 'check_violation', constraint = 'transactions_chain', table = 'transactions', schema = 'ledger';
    end if;

    select t.seq, b.closed_before into wrong
    from added t
    cross join lateral (select * from ledger.books b where b.lane = t.lane and b.id = t.book offset 0) b
    where coalesce(t.booked_at, t.effective_at) < b.closed_before
    limit 1;
    if found then
      -- Decided on an older book; deciding again tells the caller, or gives Micro's own fact its place.
      raise exception 'transaction % counts before %, up to where the book is closed', wrong.seq, wrong.closed_before using
        errcode = 'serialization_failure', constraint = 'transactions_period_open', table = 'transactions', schema = 'ledger';
    end if;
    raise exception 'transactions do not continue their book' using errcode = 'serialization_failure';
  end if;

  if judged.any_several and exists (
    select from added t
    where t.currency is null and (
      select count(distinct each.currency) < 2 or bool_or(each.total <> 0) from (
        select a.currency, sum(e.amount) as total
        from ledger.entries e
        cross join lateral (
          select * from ledger.accounts a where a.lane = e.lane and a.book = e.book and a.id = e.account offset 0
        ) a
        where e.lane = t.lane and e.book = t.book and e.seq = t.seq
        group by a.currency, e.layer
      ) each
    )
  ) then
    raise exception 'a transaction without a currency of its own has several, and each of them sums to 0' using
      errcode = 'check_violation', constraint = 'transactions_currencies', table = 'transactions', schema = 'ledger';
  end if;

  if judged.any_late then
    select t.seq into wrong
    from added t
    cross join lateral (select * from ledger.books b where b.lane = t.lane and b.id = t.book offset 0) b
    where t.booked_at is not null and (b.closed_before is null or t.effective_at >= b.closed_before)
    limit 1;
    if found then
      raise exception 'transaction % is booked late into a period that is open', wrong.seq using
        errcode = 'check_violation', constraint = 'transactions_booked_late', table = 'transactions', schema = 'ledger';
    end if;
  end if;

  if judged.any_shifted then
    insert into ledger.shifted_entries (lane, book, account, seq, leg, counts_at, amount)
    select t.lane, t.book, e.account, e.seq, e.leg, coalesce(t.booked_at, t.effective_at), e.amount
    from added t
    cross join lateral (
      select * from ledger.entries e where e.lane = t.lane and e.book = t.book and e.seq = t.seq
      offset 0 -- looks each up by its key, where a join might begin with all entries there are
    ) e
    where coalesce(t.booked_at, t.effective_at) <> t.created_at and e.layer = 'posted';
  end if;

  -- The book's row is taken, so nothing else comes between.
  if judged.any_following then
    select t.seq into wrong
    from added t
    left join lateral (
      select * from ledger.transactions p where p.lane = t.lane and p.book = t.book and p.seq = t.parent offset 0
    ) p on true
    where case t.kind
      when 'post' then false
      when 'hold' then starts_with(t.reference_id, 'micro:')
      when 'reversal' then p.seq is null or p.kind not in ('post', 'capture')
        or starts_with(p.reference_id, 'micro:') or starts_with(t.reference_id, 'micro:')
      when 'expire' then p.seq is null or p.kind <> 'hold' or p.expires_at is null or p.expires_at > t.created_at
        or t.reference_id <> 'micro:hold_expired:hold_' || substr(p.id, 5)
      else p.seq is null or p.kind <> 'hold' or starts_with(t.reference_id, 'micro:')
        or (t.kind = 'capture' and p.expires_at <= t.created_at)
    end
    limit 1;
    if found then
      raise exception 'transaction % may not follow the one it names', wrong.seq using
        errcode = 'check_violation', constraint = 'transactions_follow', table = 'transactions', schema = 'ledger';
    end if;

    -- Leg by leg the opposite of what the other posted, and all of it.
    select t.seq into wrong
    from added t
    where t.kind = 'reversal' and (
      t.entry_count <> (
        select count(*) from ledger.entries p
        where p.lane = t.lane and p.book = t.book and p.seq = t.parent and p.layer = 'posted')
      or exists (
        select from ledger.entries e
        left join lateral (
          select * from ledger.entries p where p.lane = e.lane and p.book = e.book and p.seq = t.parent and p.leg = e.leg offset 0
        ) p on true
        where e.lane = t.lane and e.book = t.book and e.seq = t.seq
          and (p.layer is distinct from 'posted' or p.account <> e.account or p.amount <> -e.amount)))
    limit 1;
    if found then
      raise exception 'transaction % is not the opposite of what it reverses', wrong.seq using
        errcode = 'check_violation', constraint = 'transactions_opposite', table = 'transactions', schema = 'ledger';
    end if;

    -- An account stands in a hold once, so that what is left on it is one sum.
    select t.seq into wrong
    from added t
    where t.kind = 'hold' and t.entry_count <> (
      select count(distinct e.account) from ledger.entries e where e.lane = t.lane and e.book = t.book and e.seq = t.seq)
    limit 1;
    if found then
      raise exception 'hold % has an account twice', wrong.seq using
        errcode = 'check_violation', constraint = 'holds_accounts', table = 'transactions', schema = 'ledger';
    end if;

    -- On each account: taken back once, against the hold's own sign, and posted no more than is taken back.
    select t.seq into wrong
    from added t
    cross join lateral (
      select e.account, sum(e.amount) filter (where e.layer = 'pending') as taken,
        count(*) filter (where e.layer = 'pending') as times, coalesce(sum(e.amount) filter (where e.layer = 'posted'), 0) as posted,
        count(*) filter (where e.layer = 'posted') as postings
      from ledger.entries e
      where e.lane = t.lane and e.book = t.book and e.seq = t.seq
      group by e.account
    ) e
    left join lateral (
      select * from ledger.held h where h.lane = t.lane and h.book = t.book and h.seq = t.parent and h.account = e.account offset 0
    ) h on true
    where t.kind in ('capture', 'release', 'expire') and (
      h.account is null or e.times <> 1 or e.postings > 1 or sign(e.taken) <> -sign(h.amount)
      or sign(h.remaining) not in (0, sign(h.amount))
      or sign(e.posted) not in (0, sign(h.amount)) or abs(e.posted) > abs(e.taken))
    limit 1;
    if found then
      raise exception 'transaction % takes more from its hold than is left', wrong.seq using
        errcode = 'check_violation', constraint = 'holds_remaining', table = 'transactions', schema = 'ledger';
    end if;

    insert into ledger.holds (lane, book, seq, status, expires_at)
    select lane, book, seq, 'open', expires_at from added where kind = 'hold' order by lane, book, seq;

    update ledger.holds h
    set status = case t.kind when 'capture' then 'captured' when 'release' then 'released' else 'expired' end
    from (
      select distinct on (lane, book, parent) lane, book, parent, kind from added
      where kind in ('capture', 'release', 'expire') order by lane, book, parent, seq desc
    ) t
    where h.lane = t.lane and h.book = t.book and h.seq = t.parent and not exists (
      select from ledger.held l where l.lane = h.lane and l.book = h.book and l.seq = h.seq and l.remaining <> 0);

    -- Whoever gives back gives back all that is left, so that nothing can follow.
    select t.seq into wrong
    from added t
    join ledger.holds h on h.lane = t.lane and h.book = t.book and h.seq = t.parent
    where t.kind in ('release', 'expire') and h.status = 'open'
    limit 1;
    if found then
      raise exception 'transaction % leaves some of its hold', wrong.seq using
        errcode = 'check_violation', constraint = 'holds_given_back', table = 'transactions', schema = 'ledger';
    end if;
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

CREATE OR REPLACE FUNCTION ledger.refuse_change_but_erasure()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  erased ledger.transactions := old;
begin
  erased.description := null;
  erased.metadata := '{}';
  erased.text_salt := null;
  -- After the update, when also generated columns have their value.
  if new is distinct from erased or not exists (
    select from ledger.erasures x
    where x.lane = old.lane and x.book = old.book and x.seq = old.seq and x.erased_in = pg_current_xact_id())
  then
    raise exception '% of ledger.% is refused: what the ledger recorded never changes', tg_op, tg_table_name using
      errcode = 'restrict_violation', hint = 'Record another transaction that corrects it.';
  end if;
  return null;
end $function$
-- execute: ledger_owner

CREATE OR REPLACE FUNCTION ledger.refuse_change_without_erasure()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if not exists (select from ledger.erasures where erased_in = pg_current_xact_id()) then
    raise exception '% of ledger.% is refused: what the ledger recorded never changes', tg_op, tg_table_name using
      errcode = 'restrict_violation', hint = 'Record another transaction that corrects it.';
  end if;
  return null;
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

CREATE OR REPLACE FUNCTION ledger.take_side()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  new.normal_balance := case when new.type in ('asset', 'expense') then 'debit' else 'credit' end;
  return new;
end $function$
-- execute: ledger_owner
