-- One row, so that exactly one registration can be the first: whoever fills the column becomes the operator.
create table auth.installation (
  only_row boolean primary key default true check (only_row),
  operator_claimed_at timestamptz
);
insert into auth.installation default values;

create table auth.users (
  id text collate "C" primary key check (id ~ '^usr_'),
  -- Stored trimmed and lower-cased, so that this unique constraint is the one on lower(email).
  email text collate "C" not null constraint users_email_unique unique
    check (email = lower(email) and email = btrim(email) and length(email) between 3 and 1000),
  password_hash text not null check (password_hash ~ '^\$argon2id\$'),
  operator boolean not null default false,
  created_at timestamptz not null,
  password_changed_at timestamptz not null
);

create table auth.merchants (
  id text collate "C" primary key check (id ~ '^acct_'),
  owner text collate "C" not null unique references auth.users (id),
  default_currency text not null default 'usd' check (default_currency ~ '^[a-z]{3}$'),
  created_at timestamptz not null
);

create table auth.login_sessions (
  id text collate "C" primary key check (id ~ '^ses_'),
  user_id text collate "C" not null references auth.users (id),
  merchant text collate "C" not null references auth.merchants (id),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  end_reason text check (end_reason in ('logout', 'password_changed', 'refresh_token_reused')),
  check ((ended_at is null) = (end_reason is null))
);
create index login_sessions_user on auth.login_sessions (user_id) where ended_at is null;
create index login_sessions_expires_at on auth.login_sessions (expires_at);
create index login_sessions_ended_at on auth.login_sessions (ended_at) where ended_at is not null;

-- A session's refresh tokens form one chain: each token is used at most once and then names its successor.
create table auth.refresh_tokens (
  hash bytea primary key check (length(hash) = 32),
  session text collate "C" not null references auth.login_sessions (id) on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  successor bytea unique references auth.refresh_tokens (hash) on delete set null deferrable initially deferred,
  check (successor is null or used_at is not null)
);
create index refresh_tokens_session on auth.refresh_tokens (session);
create index refresh_tokens_expires_at on auth.refresh_tokens (expires_at);
-- At most one token of a session can still be exchanged.
create unique index refresh_tokens_unused on auth.refresh_tokens (session) where used_at is null;

create table auth.api_keys (
  id text collate "C" primary key check (id ~ '^key_'),
  merchant text collate "C" not null references auth.merchants (id),
  mode text not null check (mode in ('test', 'live')),
  name text check (length(name) between 1 and 100),
  hash bytea not null unique check (length(hash) = 32),
  pepper_id text not null,
  last_four text not null check (length(last_four) = 4),
  created_by text collate "C" not null references auth.users (id),
  created_at timestamptz not null,
  last_used_at timestamptz,
  revoked_at timestamptz
);
create index api_keys_merchant on auth.api_keys (merchant, id desc);

-- The key is an HMAC of the email, so unknown addresses are throttled like known ones and none is readable here.
create table auth.login_attempts (
  key bytea primary key check (length(key) = 32),
  failures int not null check (failures >= 0),
  locked_until timestamptz,
  updated_at timestamptz not null
);
create index login_attempts_updated_at on auth.login_attempts (updated_at);

grant usage on schema auth to auth_app;
grant select on all tables in schema auth to auth_app;
grant update (operator_claimed_at) on auth.installation to auth_app;
grant insert, update (password_hash, password_changed_at) on auth.users to auth_app;
grant insert on auth.merchants to auth_app;
grant insert, delete, update (expires_at, ended_at, end_reason) on auth.login_sessions to auth_app;
grant insert, delete, update (used_at, successor) on auth.refresh_tokens to auth_app;
grant insert, update (revoked_at, last_used_at) on auth.api_keys to auth_app;
grant insert, update, delete on auth.login_attempts to auth_app;
