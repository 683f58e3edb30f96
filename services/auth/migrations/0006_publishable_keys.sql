alter table auth.api_keys
  -- The key itself, where it is no secret: a publishable one, which stands in the merchant's web pages. Its hash is kept
  -- all the same, so that every key is found in one way.
  add column publishable_key text collate "C" check (publishable_key ~ '^pk_(test|live)_[0-9A-Za-z]{38}$'),
  drop constraint api_keys_scopes_check,
  -- A publishable key may do nothing that scopes are asked for.
  add constraint api_keys_scopes_check check (
    (cardinality(scopes) = 0) = (publishable_key is not null)
    and array_position(scopes, null) is null and (scopes = '{*}' or not '*' = any (scopes))
  ),
  add constraint api_keys_publishable_in_its_mode check (publishable_key ^@ ('pk_' || mode || '_')),
  -- Judged at the commit: a key that replaces another takes its place, which must be free by then.
  alter constraint api_keys_rolled_to_fkey deferrable initially deferred;
-- At most one of them stands; those that were rolled or revoked are not counted.
create unique index api_keys_publishable on auth.api_keys (merchant, mode)
  where publishable_key is not null and revoked_at is null and rolled_to is null;
-- Tells which merchants of before have none yet.
create index api_keys_publishable_ever on auth.api_keys (merchant, mode) where publishable_key is not null;
