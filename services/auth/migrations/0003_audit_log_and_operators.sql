-- Who did what, told by the service and never changed: rows are only added, and leave after 13 months.
create table auth.audit_log (
  id text collate "C" primary key check (id ~ '^aud_'),
  action text collate "C" not null check (action ~ '^[a-z_]+\.[a-z_]+$'),
  outcome text not null check (outcome in ('success', 'failure')),
  actor_kind text not null check (actor_kind in ('user', 'api_key', 'service', 'nobody')),
  actor text collate "C" check ((actor is null) = (actor_kind = 'nobody')),
  subject text collate "C",
  merchant text collate "C",
  mode text check (mode in ('test', 'live')),
  client_ip text check (length(client_ip) <= 64),
  request_id text collate "C" check (length(request_id) <= 100),
  detail jsonb not null check (jsonb_typeof(detail) = 'object' and length(detail::text) <= 4000),
  created_at timestamptz not null,
  -- The database's own time, which the service cannot choose: what the keeping goes by.
  recorded_at timestamptz not null default now()
);
create index audit_log_merchant on auth.audit_log (merchant, id desc);
create index audit_log_action on auth.audit_log (action, id desc);
create index audit_log_recorded_at on auth.audit_log (recorded_at);

create function auth.audit_log_kept() returns interval language sql immutable set search_path = ''
  return interval '13 months';

create function auth.refuse_change() returns trigger language plpgsql set search_path = '' as $$
begin
  raise exception '% of auth.% is refused: what was recorded never changes', tg_op, tg_table_name using
    errcode = 'restrict_violation';
end $$;

create function auth.refuse_early_removal() returns trigger language plpgsql set search_path = '' as $$
begin
  if exists (select from gone where recorded_at >= now() - auth.audit_log_kept()) then
    raise exception 'delete of auth.audit_log is refused: a row is younger than %', auth.audit_log_kept() using
      errcode = 'restrict_violation';
  end if;
  return null;
end $$;

create trigger refuse_change before update or truncate on auth.audit_log
  for each statement execute function auth.refuse_change();
create trigger refuse_early_removal after delete on auth.audit_log
  referencing old table as gone for each statement execute function auth.refuse_early_removal();
-- Always: also in a session that plays the replica, where ordinary triggers rest.
alter table auth.audit_log enable always trigger refuse_change, enable always trigger refuse_early_removal;

-- Lets one batch of old rows go. A function, since the service has no right to delete any row it chooses.
create function auth.forget_audit_log() returns bigint
language sql security definer set search_path = '' as $$
  with gone as (
    delete from auth.audit_log
    where id in (select id from auth.audit_log where recorded_at < now() - auth.audit_log_kept() limit 1000)
    returning id
  )
  select count(*) from gone
$$;

-- Null until an operator decides; the configuration counts until then.
alter table auth.installation
  add column registration_open boolean,
  -- The ids of the secrets of the last start, so that a change of them is noticed.
  add column secret_ids jsonb;

alter table auth.users add column disabled_at timestamptz;
create index users_operator on auth.users (id) where operator;

alter table auth.login_sessions
  add column client_ip text check (length(client_ip) <= 64),
  drop constraint login_sessions_end_reason_check,
  add constraint login_sessions_end_reason_check check (
    end_reason in ('logout', 'revoked', 'password_changed', 'refresh_token_reused', 'user_disabled')
  );

create table auth.invitations (
  -- In the form in which it is stored of users. One invitation at a time: a new one replaces it.
  email text collate "C" primary key
    check (email = lower(email) and email = btrim(email) and length(email) between 3 and 1000),
  hash bytea not null check (length(hash) = 32),
  created_by text collate "C" not null references auth.users (id),
  expires_at timestamptz not null
);
create index invitations_expires_at on auth.invitations (expires_at);

revoke execute on all functions in schema auth from public;
grant execute on function auth.forget_audit_log to auth_app;
-- Not recorded_at.
grant select, insert (id, action, outcome, actor_kind, actor, subject, merchant, mode, client_ip, request_id, detail, created_at)
  on auth.audit_log to auth_app;
grant update (registration_open, secret_ids) on auth.installation to auth_app;
grant update (operator, disabled_at) on auth.users to auth_app;
grant select, insert, delete, update (hash, created_by, expires_at) on auth.invitations to auth_app;
