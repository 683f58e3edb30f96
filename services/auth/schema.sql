-- Written by make schema from the migrations, for reading and for review. Not for running.

schema auth
  grant auth_app: usage

table auth.api_keys
  column id text collate "C" not null
  column merchant text collate "C" not null
  column mode text not null
  column name text
  column hash bytea not null
  column pepper_id text not null
  column last_four text not null
  column created_by text collate "C" not null
  column created_at timestamp with time zone not null
  column last_used_at timestamp with time zone
  column revoked_at timestamp with time zone
  column scopes text[] not null default '{*}'::text[]
  column expires_at timestamp with time zone
  column rolled_from text collate "C"
  column rolled_to text collate "C"
  column retires_at timestamp with time zone
  column publishable_key text collate "C"
  column rolled_by_key boolean not null default false
  constraint api_keys_pkey PRIMARY KEY (id)
  constraint api_keys_hash_key UNIQUE (hash)
  constraint api_keys_rolled_from_key UNIQUE (rolled_from)
  constraint api_keys_rolled_to_key UNIQUE (rolled_to)
  constraint api_keys_created_by_fkey FOREIGN KEY (created_by) REFERENCES auth.users(id)
  constraint api_keys_merchant_fkey FOREIGN KEY (merchant) REFERENCES auth.merchants(id)
  constraint api_keys_rolled_from_fkey FOREIGN KEY (rolled_from) REFERENCES auth.api_keys(id)
  constraint api_keys_rolled_to_fkey FOREIGN KEY (rolled_to) REFERENCES auth.api_keys(id) DEFERRABLE INITIALLY DEFERRED
  constraint api_keys_hash_check CHECK (length(hash) = 32)
  constraint api_keys_id_check CHECK (id ~ '^key_'::text)
  constraint api_keys_last_four_check CHECK (length(last_four) = 4)
  constraint api_keys_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  constraint api_keys_name_check CHECK (length(name) >= 1 AND length(name) <= 100)
  constraint api_keys_publishable_in_its_mode CHECK (publishable_key ^@ (('pk_'::text || mode) || '_'::text))
  constraint api_keys_publishable_key_check CHECK (publishable_key ~ '^pk_(test|live)_[0-9A-Za-z]{38}$'::text)
  constraint api_keys_retires_in_time CHECK (retires_at <= expires_at)
  constraint api_keys_rolled CHECK ((rolled_to IS NULL) = (retires_at IS NULL))
  constraint api_keys_scopes_check CHECK ((cardinality(scopes) = 0) = (publishable_key IS NOT NULL) AND array_position(scopes, NULL::text) IS NULL AND (scopes = '{*}'::text[] OR NOT ('*'::text = ANY (scopes))))
  index CREATE INDEX api_keys_merchant ON auth.api_keys USING btree (merchant, id DESC)
  index CREATE UNIQUE INDEX api_keys_publishable ON auth.api_keys USING btree (merchant, mode) WHERE ((publishable_key IS NOT NULL) AND (revoked_at IS NULL) AND (rolled_to IS NULL))
  index CREATE INDEX api_keys_publishable_ever ON auth.api_keys USING btree (merchant, mode) WHERE (publishable_key IS NOT NULL)
  grant auth_app: insert, select
  grant auth_app: update (hash, pepper_id, last_used_at, revoked_at, rolled_to, retires_at)

table auth.audit_log
  column id text collate "C" not null
  column action text collate "C" not null
  column outcome text not null
  column actor_kind text not null
  column actor text collate "C"
  column subject text collate "C"
  column merchant text collate "C"
  column mode text
  column client_ip text
  column request_id text collate "C"
  column detail jsonb not null
  column created_at timestamp with time zone not null
  column recorded_at timestamp with time zone not null default now()
  constraint audit_log_pkey PRIMARY KEY (id)
  constraint audit_log_action_check CHECK (action ~ '^[a-z_]+\.[a-z_]+$'::text)
  constraint audit_log_actor_kind_check CHECK (actor_kind = ANY (ARRAY['user'::text, 'api_key'::text, 'service'::text, 'nobody'::text]))
  constraint audit_log_check CHECK ((actor IS NULL) = (actor_kind = 'nobody'::text))
  constraint audit_log_client_ip_check CHECK (length(client_ip) <= 64)
  constraint audit_log_detail_check CHECK (jsonb_typeof(detail) = 'object'::text AND length(detail::text) <= 4000)
  constraint audit_log_id_check CHECK (id ~ '^aud_'::text)
  constraint audit_log_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  constraint audit_log_outcome_check CHECK (outcome = ANY (ARRAY['success'::text, 'failure'::text]))
  constraint audit_log_request_id_check CHECK (length(request_id) <= 100)
  index CREATE INDEX audit_log_action ON auth.audit_log USING btree (action, id DESC)
  index CREATE INDEX audit_log_merchant ON auth.audit_log USING btree (merchant, id DESC)
  index CREATE INDEX audit_log_recorded_at ON auth.audit_log USING btree (recorded_at)
  trigger always: CREATE TRIGGER refuse_change BEFORE UPDATE OR TRUNCATE ON auth.audit_log FOR EACH STATEMENT EXECUTE FUNCTION auth.refuse_change()
  trigger always: CREATE TRIGGER refuse_early_removal AFTER DELETE ON auth.audit_log REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION auth.refuse_early_removal()
  grant auth_app: select
  grant auth_app: insert (id, action, outcome, actor_kind, actor, subject, merchant, mode, client_ip, request_id, detail, created_at)

table auth.installation
  column only_row boolean not null default true
  column operator_claimed_at timestamp with time zone
  column registration_open boolean
  column secret_ids jsonb
  constraint installation_pkey PRIMARY KEY (only_row)
  constraint installation_only_row_check CHECK (only_row)
  grant auth_app: select
  grant auth_app: update (operator_claimed_at, registration_open, secret_ids)

table auth.invitations
  column email text collate "C" not null
  column hash bytea not null
  column created_by text collate "C" not null
  column expires_at timestamp with time zone not null
  constraint invitations_pkey PRIMARY KEY (email)
  constraint invitations_created_by_fkey FOREIGN KEY (created_by) REFERENCES auth.users(id)
  constraint invitations_email_check CHECK (email = lower(email) AND email = btrim(email) AND length(email) >= 3 AND length(email) <= 1000)
  constraint invitations_hash_check CHECK (length(hash) = 32)
  index CREATE INDEX invitations_expires_at ON auth.invitations USING btree (expires_at)
  grant auth_app: delete, insert, select
  grant auth_app: update (hash, created_by, expires_at)

table auth.login_attempts
  column key bytea not null
  column failures integer not null
  column locked_until timestamp with time zone
  column updated_at timestamp with time zone not null
  constraint login_attempts_pkey PRIMARY KEY (key)
  constraint login_attempts_failures_check CHECK (failures >= 0)
  constraint login_attempts_key_check CHECK (length(key) = 32)
  index CREATE INDEX login_attempts_updated_at ON auth.login_attempts USING btree (updated_at)
  grant auth_app: delete, insert, select, update

table auth.login_sessions
  column id text collate "C" not null
  column user_id text collate "C" not null
  column merchant text collate "C" not null
  column created_at timestamp with time zone not null
  column expires_at timestamp with time zone not null
  column ended_at timestamp with time zone
  column end_reason text
  column client_ip text
  column cookie_hash bytea
  column in_clear boolean not null default false
  constraint login_sessions_pkey PRIMARY KEY (id)
  constraint login_sessions_cookie_hash_key UNIQUE (cookie_hash)
  constraint login_sessions_merchant_fkey FOREIGN KEY (merchant) REFERENCES auth.merchants(id)
  constraint login_sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id)
  constraint login_sessions_check CHECK ((ended_at IS NULL) = (end_reason IS NULL))
  constraint login_sessions_check1 CHECK (NOT in_clear OR cookie_hash IS NOT NULL)
  constraint login_sessions_client_ip_check CHECK (length(client_ip) <= 64)
  constraint login_sessions_cookie_hash_check CHECK (length(cookie_hash) = 32)
  constraint login_sessions_end_reason_check CHECK (end_reason = ANY (ARRAY['logout'::text, 'revoked'::text, 'password_changed'::text, 'refresh_token_reused'::text, 'user_disabled'::text]))
  constraint login_sessions_id_check CHECK (id ~ '^ses_'::text)
  index CREATE INDEX login_sessions_ended_at ON auth.login_sessions USING btree (ended_at) WHERE (ended_at IS NOT NULL)
  index CREATE INDEX login_sessions_expires_at ON auth.login_sessions USING btree (expires_at)
  index CREATE INDEX login_sessions_user ON auth.login_sessions USING btree (user_id) WHERE (ended_at IS NULL)
  grant auth_app: delete, insert, select
  grant auth_app: update (expires_at, ended_at, end_reason)

table auth.merchants
  column id text collate "C" not null
  column owner text collate "C" not null
  column default_currency text not null default 'usd'::text
  column created_at timestamp with time zone not null
  constraint merchants_pkey PRIMARY KEY (id)
  constraint merchants_owner_key UNIQUE (owner)
  constraint merchants_owner_fkey FOREIGN KEY (owner) REFERENCES auth.users(id)
  constraint merchants_default_currency_check CHECK (default_currency ~ '^[a-z]{3}$'::text)
  constraint merchants_id_check CHECK (id ~ '^acct_'::text)
  grant auth_app: insert, select

table auth.migrations
  column name text collate "C" not null
  column checksum text not null
  column applied_at timestamp with time zone not null default now()
  constraint migrations_pkey PRIMARY KEY (name)
  grant auth_app: select

table auth.pairings
  column id text collate "C" not null
  column token_hash bytea not null
  column verification_code text not null
  column device_name text not null
  column client_ip text
  column user_id text collate "C"
  column approved_at timestamp with time zone
  column redeemed_at timestamp with time zone
  column created_at timestamp with time zone not null
  column expires_at timestamp with time zone not null
  column gives text not null default 'key'::text
  column approved_session text collate "C"
  constraint pairings_pkey PRIMARY KEY (id)
  constraint pairings_token_hash_key UNIQUE (token_hash)
  constraint pairings_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users(id)
  constraint pairings_check CHECK ((user_id IS NULL) = (approved_at IS NULL))
  constraint pairings_check1 CHECK (redeemed_at IS NULL OR approved_at IS NOT NULL)
  constraint pairings_check2 CHECK (approved_session IS NULL OR approved_at IS NOT NULL)
  constraint pairings_client_ip_check CHECK (length(client_ip) <= 64)
  constraint pairings_device_name_check CHECK (length(device_name) <= 255)
  constraint pairings_gives_check CHECK (gives = ANY (ARRAY['key'::text, 'session'::text]))
  constraint pairings_id_check CHECK (id ~ '^pair_[0-9A-Za-z]{24}$'::text)
  constraint pairings_token_hash_check CHECK (length(token_hash) = 32)
  constraint pairings_verification_code_check CHECK (length(verification_code) <= 100)
  index CREATE INDEX pairings_expires_at ON auth.pairings USING btree (expires_at)
  index CREATE INDEX pairings_user ON auth.pairings USING btree (user_id) WHERE (user_id IS NOT NULL)
  grant auth_app: delete, insert, select
  grant auth_app: update (user_id, approved_at, redeemed_at, approved_session)

table auth.refresh_tokens
  column hash bytea not null
  column session text collate "C" not null
  column created_at timestamp with time zone not null
  column expires_at timestamp with time zone not null
  column used_at timestamp with time zone
  column successor bytea
  constraint refresh_tokens_pkey PRIMARY KEY (hash)
  constraint refresh_tokens_successor_key UNIQUE (successor)
  constraint refresh_tokens_session_fkey FOREIGN KEY (session) REFERENCES auth.login_sessions(id) ON DELETE CASCADE
  constraint refresh_tokens_successor_fkey FOREIGN KEY (successor) REFERENCES auth.refresh_tokens(hash) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED
  constraint refresh_tokens_check CHECK (successor IS NULL OR used_at IS NOT NULL)
  constraint refresh_tokens_hash_check CHECK (length(hash) = 32)
  index CREATE INDEX refresh_tokens_expires_at ON auth.refresh_tokens USING btree (expires_at)
  index CREATE INDEX refresh_tokens_session ON auth.refresh_tokens USING btree (session)
  index CREATE UNIQUE INDEX refresh_tokens_unused ON auth.refresh_tokens USING btree (session) WHERE (used_at IS NULL)
  grant auth_app: delete, insert, select
  grant auth_app: update (used_at, successor)

table auth.users
  column id text collate "C" not null
  column email text collate "C" not null
  column password_hash text not null
  column operator boolean not null default false
  column created_at timestamp with time zone not null
  column password_changed_at timestamp with time zone not null
  column disabled_at timestamp with time zone
  constraint users_pkey PRIMARY KEY (id)
  constraint users_email_unique UNIQUE (email)
  constraint users_email_check CHECK (email = lower(email) AND email = btrim(email) AND length(email) >= 3 AND length(email) <= 1000)
  constraint users_id_check CHECK (id ~ '^usr_'::text)
  constraint users_password_hash_check CHECK (password_hash ~ '^\$argon2id\$'::text)
  index CREATE INDEX users_operator ON auth.users USING btree (id) WHERE operator
  grant auth_app: insert, select
  grant auth_app: update (password_hash, operator, password_changed_at, disabled_at)

CREATE OR REPLACE FUNCTION auth.audit_log_kept()
 RETURNS interval
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
RETURN '1 year 1 mon'::interval
-- execute: auth_owner

CREATE OR REPLACE FUNCTION auth.forget_audit_log()
 RETURNS bigint
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
  with gone as (
    delete from auth.audit_log
    where id in (select id from auth.audit_log where recorded_at < now() - auth.audit_log_kept() limit 1000)
    returning id
  )
  select count(*) from gone
$function$
-- execute: auth_app, auth_owner

CREATE OR REPLACE FUNCTION auth.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  raise exception '% of auth.% is refused: what was recorded never changes', tg_op, tg_table_name using
    errcode = 'restrict_violation';
end $function$
-- execute: auth_owner

CREATE OR REPLACE FUNCTION auth.refuse_early_removal()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if exists (select from gone where recorded_at >= now() - auth.audit_log_kept()) then
    raise exception 'delete of auth.audit_log is refused: a row is younger than %', auth.audit_log_kept() using
      errcode = 'restrict_violation';
  end if;
  return null;
end $function$
-- execute: auth_owner
