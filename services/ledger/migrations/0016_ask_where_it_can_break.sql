-- What recording costs beside its rows is mostly what PostgreSQL does anew for each statement: it reads every constraint
-- of the table from its text, plans it, starts each trigger and each query in it. So what is always judged together is
-- judged in one place now. No rule is gone, and each has the name it had, but those of sums and of a book's head, which are
-- one each now.

-- A row of accounts is changed by every posting, and its constraints were read and asked each time, whatever changed.
-- Here stay those about what postings move. The others are asked where what they are about can change: ledger.refuse_change
-- lets no one touch most of it once it is there.
alter table ledger.accounts
  drop constraint accounts_closed_at_zero,
  drop constraint accounts_currency_check,
  drop constraint accounts_metadata_check,
  drop constraint accounts_name_check,
  drop constraint accounts_pending_credits_check,
  drop constraint accounts_pending_debits_check,
  drop constraint accounts_posted_credits_check,
  drop constraint accounts_posted_debits_check,
  drop constraint accounts_public_id_check,
  drop constraint accounts_start_empty,
  drop constraint accounts_status_check,
  drop constraint accounts_system_by_name,
  drop constraint accounts_system_unlimited,
  drop constraint accounts_type_check,
  drop constraint accounts_version_check,
  add constraint accounts_sums_check
    check (least(posted_credits, posted_debits, pending_credits, pending_debits) >= 0 and version >= 0);

-- Nor is a column generated any more that follows from one which never changes: for each row that is moved PostgreSQL
-- reads from its text how it would be generated.
alter table ledger.accounts alter column normal_balance drop expression;
create function ledger.take_side() returns trigger language plpgsql set search_path = '' as $$
begin
  new.normal_balance := case when new.type in ('asset', 'expense') then 'debit' else 'credit' end;
  return new;
end $$;
create trigger take_side before insert on ledger.accounts for each row execute function ledger.take_side();
drop trigger refuse_change on ledger.accounts;
create trigger refuse_change before
  update of lane, book, id, merchant, mode, public_id, type, normal_balance, currency, asset_scale, system, created_at
  on ledger.accounts for each statement execute function ledger.refuse_change();

create function ledger.check_account() returns trigger language plpgsql set search_path = '' as $$
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
end $$;
create trigger check_account after insert or update of name, metadata, status, min_available, max_balance
  on ledger.accounts for each row execute function ledger.check_account();
-- After the change, not before: a trigger of rows before it has every row that is moved locked once more, and written to
-- the log, though it looks at none of them.
drop trigger refuse_reopening on ledger.accounts;
create trigger refuse_reopening after update of status on ledger.accounts
  for each row when (old.status = 'closed' and new.status <> 'closed') execute function ledger.refuse_change();
alter table ledger.accounts enable always trigger take_side, enable always trigger refuse_change,
  enable always trigger check_account, enable always trigger refuse_reopening;

-- The same of books: the triggers let nothing change but the head and how far the book is closed.
alter table ledger.books
  drop constraint books_begin_at_origin,
  drop constraint books_head_hash_check,
  drop constraint books_head_if_any,
  drop constraint books_imported_seq_check,
  drop constraint books_imported_whole,
  drop constraint books_lane_is_hash,
  drop constraint books_last_seq_check,
  drop constraint books_merchant_check,
  drop constraint books_mode_check,
  drop constraint books_origin_merchant_check,
  drop constraint books_origin_mode,
  drop constraint books_origin_mode_check,
  drop constraint books_origin_whole,
  add constraint books_head_check check (last_seq >= 0
    and case when last_seq > 0 or origin_merchant is not null then octet_length(head_hash) is not distinct from 32
      else head_hash is null end);

create function ledger.check_book() returns trigger language plpgsql set search_path = '' as $$
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
end $$;
create trigger check_book after insert on ledger.books for each row execute function ledger.check_book();
alter table ledger.books enable always trigger check_book;

-- As before, for one book nearly always; and of what is set, each by an expression, which takes no query.
create or replace function ledger.hold_books(of_lanes smallint[], of_books bigint[], at_seqs bigint[]) returns boolean
language plpgsql security definer set search_path = '' as $$
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
end $$;

-- An entry is only ever inserted, and the trigger judges each in any case. It asks the rules of single ones, too.
alter table ledger.entries
  drop constraint entries_account_version_check,
  drop constraint entries_amount_check,
  drop constraint entries_layer_check,
  drop constraint entries_leg_check;
-- It is entries_pending over again.
drop index ledger.entries_held;

-- Moves accounts by what was added, and judges it in one pass, as before; what most entries need not be asked (kinds
-- other than posts) is asked by itself, so that it is not begun for those. A limit refuses while accounts are moved.
create or replace function ledger.post_entries() returns trigger language plpgsql security definer set search_path = '' as $$
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
end $$;

revoke execute on function ledger.check_account, ledger.check_book, ledger.take_side from public;
