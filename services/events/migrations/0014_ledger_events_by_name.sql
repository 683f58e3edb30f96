-- Who asks for everything asks for what Stripe has names for. The ledger's events are of objects that Stripe's clients do not
-- know, and as many as a merchant posts: an endpoint has those that it names, as ledger.* or each by itself.
create or replace function events.asks_for(enabled text[], type text) returns boolean
language sql immutable strict parallel safe
begin atomic
  select type = any (enabled) or ('*' = any (enabled) and not starts_with(type, 'ledger.'))
    or exists (select from unnest(enabled) as each (pattern)
               where right(pattern, 2) = '.*' and starts_with(type, left(pattern, -1)));
end;
