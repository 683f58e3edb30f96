alter table auth.api_keys
  -- What the key may do. '*' alone is everything, what later versions add included: a secret key, as all were so far.
  add column scopes text[] not null default '{*}'
    check (cardinality(scopes) > 0 and array_position(scopes, null) is null and (scopes = '{*}' or not '*' = any (scopes))),
  add column expires_at timestamptz,
  -- A key is replaced by at most one other, so that whoever holds a replaced key gets no further ones from it.
  add column rolled_from text collate "C" unique references auth.api_keys (id),
  add column rolled_to text collate "C" unique references auth.api_keys (id),
  -- When a replaced key stops working: a roll may bring its end nearer, never put it off.
  add column retires_at timestamptz,
  add constraint api_keys_rolled check ((rolled_to is null) = (retires_at is null)),
  add constraint api_keys_retires_in_time check (retires_at <= expires_at);
-- Whoever makes a key must say what it may do.
alter table auth.api_keys alter column scopes drop default;

grant update (rolled_to, retires_at) on auth.api_keys to auth_app;
