-- A command line that asks for a key, until somebody who logged in lets it in and it has fetched one.
create table auth.pairings (
  id text collate "C" primary key check (id ~ '^pair_[0-9A-Za-z]{24}$'),
  -- SHA-256 of the token with which the device asks.
  token_hash bytea not null unique check (length(token_hash) = 32),
  verification_code text not null check (length(verification_code) <= 100),
  device_name text not null check (length(device_name) <= 255),
  client_ip text check (length(client_ip) <= 64),
  -- Who let it in.
  user_id text collate "C" references auth.users (id),
  approved_at timestamptz,
  redeemed_at timestamptz,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  check ((user_id is null) = (approved_at is null)),
  check (redeemed_at is null or approved_at is not null)
);
create index pairings_expires_at on auth.pairings (expires_at);
create index pairings_user on auth.pairings (user_id) where user_id is not null;

grant select, insert, delete, update (user_id, approved_at, redeemed_at) on auth.pairings to auth_app;
