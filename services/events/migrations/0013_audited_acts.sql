-- Who changed where events are sent, or made an event of what was put aside: rows are only added, with the change itself, and
-- told to the audit log until it has them. Without a merchant where an operator did it to the installation.
create table events.audited_acts (
  id text collate "C" primary key check (id ~ '^aud_'),
  merchant text collate "C",
  mode text check (mode in ('test', 'live')),
  action text not null check (action ~ '^[a-z_]+\.[a-z_]+$'),
  actor_kind text not null check (actor_kind in ('user', 'api_key')),
  actor text collate "C" not null,
  subject text collate "C" not null,
  client_ip text check (length(client_ip) <= 64),
  request_id text not null,
  detail jsonb not null check (jsonb_typeof(detail) = 'object'),
  attempts int not null default 0,
  created_at timestamptz not null,
  due_at timestamptz,
  told_at timestamptz,
  constraint mode_of_a_merchant check ((merchant is null) = (mode is null)),
  constraint due_until_told check ((due_at is null) = (told_at is not null))
);
create index audited_acts_due on events.audited_acts (due_at) where due_at is not null;
grant select, insert, update (attempts, due_at, told_at) on events.audited_acts to events_app;
