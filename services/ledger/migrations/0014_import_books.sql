-- A book can come from another installation. It then keeps the chain it has: whose genesis that follows is its origin,
-- which is another merchant's where the merchant has another id here. Only the tables' owner imports, for the service
-- may set none of these.
alter table ledger.books
  add column origin_merchant text collate "C" check (length(origin_merchant) between 1 and 255),
  add column origin_mode text collate "C" check (origin_mode in ('test', 'live')),
  -- Up to this seq the book was recorded elsewhere, and its times are those of there.
  add column imported_seq bigint check (imported_seq >= 0),
  add column imported_at timestamptz,
  add constraint books_origin_whole check ((origin_merchant is null) = (origin_mode is null)),
  -- Nothing of a test becomes live, nor the other way round.
  add constraint books_origin_mode check (origin_mode = mode),
  add constraint books_imported_whole check (
    (imported_at is null) = (imported_seq is null) and (origin_merchant is null or imported_seq > 0)),
  drop constraint books_head_if_any,
  -- Before its first transaction such a book shows what that has to follow.
  add constraint books_head_if_any check ((head_hash is not null) = (last_seq > 0 or origin_merchant is not null)),
  add constraint books_begin_at_origin
    check (last_seq > 0 or head_hash is null or head_hash = ledger.genesis(origin_merchant, origin_mode));

create trigger refuse_rewriting before update of origin_merchant, origin_mode, imported_seq, imported_at on ledger.books
  for each statement execute function ledger.refuse_change();
alter table ledger.books enable always trigger refuse_rewriting;
