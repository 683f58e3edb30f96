-- A flight may be decided on what the service remembers of its books, and be sent before it has seen them again. So the
-- database is the judge of that memory: each book must stand at the seq that the flight believes, or nothing is recorded.
-- What else could have changed, the triggers see for themselves.

-- Takes the locks of the books that a flight posts to, in the order given, which is the same for everyone: by lane and
-- number. As with lock_books, what follows in this database transaction is planned once for any number of rows.
create function ledger.hold_books(of_lanes smallint[], of_books bigint[], at_seqs bigint[]) returns boolean
language plpgsql security definer set search_path = '' as $$
declare
  standing bigint;
begin
  perform set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true),
    set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true);
  perform from unnest(of_lanes, of_books, at_seqs) as asked (lane, book, seq)
  cross join lateral (
    select from ledger.books b where b.lane = asked.lane and b.id = asked.book and b.last_seq = asked.seq
    offset 0 for no key update
  ) b;
  get diagnostics standing = row_count;
  if standing <> cardinality(of_books) then
    raise exception 'decided on books that have moved since' using errcode = 'serialization_failure';
  end if;
  return true;
end $$;

-- What was added is judged in one pass, and nearly always found right. Only when it is not the checks go through it one
-- by one, as before, to say which row is wrong and how; they are complete by themselves.
create or replace function ledger.post_entries() returns trigger language plpgsql security definer set search_path = '' as $$
declare
  all_moved boolean;
  all_sound boolean;
  refused_by text;
  refused_with text;
  wrong record;
begin
  -- Moves the accounts, and judges everything by what they have become. Those that are elsewhere are not moved, and their
  -- entries not sound. (A full join, since no other keeps the planner from comparing every entry with every account.)
  begin
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
      and (e.all_active or (e.none_closed and t.kind in ('release', 'expire')))
      and e.any_system = (starts_with(t.reference_id, 'micro:') and t.kind <> 'expire') and e.all_system = e.any_system
      and t.content_hash = case when t.kind = 'post' and t.text_salt is null then sha256(
        '\x01'::bytea || int8send(t.seq) || ledger.counted(t.id) || ledger.counted(t.reference_id)
        || ledger.instant(t.created_at) || ledger.instant(t.effective_at) || '\x00'::bytea
        || int4send(t.entry_count::int4) || e.content
      ) else (select c.hash from ledger.contents c where c.lane = e.lane and c.book = e.book and c.seq = e.seq) end,
      false)) into all_moved, all_sound
    from (
      select e.lane, e.book, e.seq, count(*) as legs, max(e.leg) as leg_last, sum(e.amount) as total,
        min(e.account) <> max(e.account) as several, bool_and(e.moved) as moved, bool_and(e.told_rightly) as told_rightly,
        count(*) filter (where e.layer = 'pending') as held, sum(e.amount) filter (where e.layer = 'pending') as total_held,
        min(e.currency) as currency_first, max(e.currency) as currency_last,
        bool_and(e.status = 'active') as all_active, bool_and(e.status <> 'closed') as none_closed,
        bool_and(e.system) as all_system, bool_or(e.system) as any_system,
        string_agg(ledger.counted(e.public_id) || ledger.counted(e.currency) || ledger.counted(e.amount::text), ''::bytea
          order by e.leg) as content
      from (
        select e.*, a.public_id, a.currency, a.status, a.system, a.id is not null as moved,
          coalesce(e.account_version = a.version + e.nth and e.balance_after = case e.layer
            when 'posted' then a.balance + e.so_far else a.held + e.so_far_held end, false) as told_rightly
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
  exception when check_violation then
    -- A limit, or an account that is closed. Whatever else is wrong is told first.
    get stacked diagnostics refused_by = constraint_name, refused_with = message_text;
  end;
  if all_sound then
    return null;
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
    -- expires Micro records of itself; ledger.follow_parents sees to it that it gives back what the hold took.
    or a.system <> (starts_with(t.reference_id, 'micro:') and t.kind <> 'expire')
  limit 1;
  if found then
    raise exception 'entry % of transaction % is on an account of another book, currency or owner, or one not active',
      wrong.leg, wrong.seq using
      errcode = 'check_violation', constraint = 'entries_account', table = 'entries', schema = 'ledger';
  end if;

  if refused_by is not null then
    raise exception '%', refused_with using
      errcode = 'check_violation', constraint = refused_by, table = 'accounts', schema = 'ledger';
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

  select t.seq into wrong
  from (select distinct lane, book, seq from added) e
  join ledger.transactions t on t.lane = e.lane and t.book = e.book and t.seq = e.seq
  where t.content_hash is distinct from
    (select c.hash from ledger.contents c where c.lane = t.lane and c.book = t.book and c.seq = t.seq)
  limit 1;
  if found then
    raise exception 'transaction % has the hash of another content', wrong.seq using
      errcode = 'check_violation', constraint = 'transactions_content', table = 'transactions', schema = 'ledger';
  end if;
  return null;
end $$;

create or replace function ledger.post_transactions() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  added_all record;
  moved bigint;
  wrong record;
begin
  select count(*) filter (where t.nth = 1) as books, bool_and(coalesce(
    exists (
      select from ledger.entries e where e.lane = t.lane and e.book = t.book and e.seq = t.seq and e.leg = t.entry_count
      offset 0)
    and (t.nth = 1 or t.created_at >= t.created_before)
    and t.hash = sha256(case t.nth when 1 then (
      select coalesce(b.head_hash, ledger.genesis(b.merchant, b.mode)) from ledger.books b
      where b.lane = t.lane and b.id = t.book and b.last_seq = t.seq - 1
    ) else t.hash_before end || t.content_hash)
    and (t.currency is not null or (
      select count(distinct each.currency) > 1 and bool_and(each.total = 0) from (
        select a.currency, sum(e.amount) as total
        from ledger.entries e
        cross join lateral (
          select * from ledger.accounts a where a.lane = e.lane and a.book = e.book and a.id = e.account offset 0
        ) a
        where e.lane = t.lane and e.book = t.book and e.seq = t.seq
        group by a.currency, e.layer
      ) each
    )), false)) as sound into added_all
  from (
    select lane, book, seq, entry_count, currency, created_at, content_hash, hash, row_number() over in_book as nth,
      lag(created_at) over in_book as created_before, lag(hash) over in_book as hash_before
    from added window in_book as (partition by lane, book order by seq)
  ) t;
  if added_all.sound then
    update ledger.books b set last_seq = t.seq_last, last_recorded_at = t.recorded_last, head_hash = (
      select h.hash from ledger.transactions h where h.lane = b.lane and h.book = b.id and h.seq = t.seq_last)
    from (
      select lane, book, count(*) as recorded, min(seq) as seq_first, max(seq) as seq_last,
        min(created_at) as recorded_first, max(created_at) as recorded_last
      from added group by lane, book
    ) t
    where b.lane = t.lane and b.id = t.book and t.seq_first = b.last_seq + 1 and t.seq_last = b.last_seq + t.recorded
      and (b.last_recorded_at is null or t.recorded_first >= b.last_recorded_at);
    get diagnostics moved = row_count;
    if moved = added_all.books then
      return null;
    end if;
    raise exception 'transactions do not continue their book' using errcode = 'serialization_failure';
  end if;

  if exists (
    select from added t
    -- One leg is proof enough: ledger.post_entries lets them in only all together.
    where not exists (
      select from ledger.entries e where e.lane = t.lane and e.book = t.book and e.seq = t.seq and e.leg = t.entry_count
      offset 0)
  ) then
    raise exception 'a transaction comes in one statement with its entries' using
      errcode = 'check_violation', constraint = 'transactions_have_entries', table = 'transactions', schema = 'ledger';
  end if;

  if exists (
    select from added t
    where t.currency is null and (
      select count(distinct each.currency) < 2 or bool_or(each.total <> 0) from (
        select a.currency, sum(e.amount) as total
        from ledger.entries e
        cross join lateral (
          select * from ledger.accounts a where a.lane = e.lane and a.book = e.book and a.id = e.account offset 0
        ) a
        where e.lane = t.lane and e.book = t.book and e.seq = t.seq
        group by a.currency, e.layer
      ) each
    )
  ) then
    raise exception 'a transaction without a currency of its own has several, and each of them sums to 0' using
      errcode = 'check_violation', constraint = 'transactions_currencies', table = 'transactions', schema = 'ledger';
  end if;

  if exists (
    select from (
      select created_at < lag(created_at) over (partition by lane, book order by seq) as backwards from added
    ) t where t.backwards
  ) then
    raise exception 'transactions of one book are recorded in the order of time' using
      errcode = 'check_violation', constraint = 'transactions_in_time', table = 'transactions', schema = 'ledger';
  end if;

  select t.seq into wrong from added t
  where t.content_hash is distinct from
    (select c.hash from ledger.contents c where c.lane = t.lane and c.book = t.book and c.seq = t.seq)
  limit 1;
  if found then
    raise exception 'transaction % has the hash of another content', wrong.seq using
      errcode = 'check_violation', constraint = 'transactions_content', table = 'transactions', schema = 'ledger';
  end if;

  select t.seq into wrong from (
    select lane, book, seq, content_hash, hash, lag(hash) over (partition by lane, book order by seq) as before from added
  ) t
  -- The first of a book follows what the book has; whether it may at all is asked below.
  where t.hash <> sha256(coalesce(t.before, (
    select coalesce(b.head_hash, ledger.genesis(b.merchant, b.mode)) from ledger.books b
    where b.lane = t.lane and b.id = t.book and b.last_seq = t.seq - 1
  )) || t.content_hash)
  limit 1;
  if found then
    raise exception 'transaction % does not follow the hash before it', wrong.seq using
      errcode = 'check_violation', constraint = 'transactions_chain', table = 'transactions', schema = 'ledger';
  end if;

  update ledger.books b set last_seq = t.seq_last, last_recorded_at = t.recorded_last, head_hash = (
    select h.hash from ledger.transactions h where h.lane = b.lane and h.book = b.id and h.seq = t.seq_last)
  from (
    select lane, book, count(*) as recorded, min(seq) as seq_first, max(seq) as seq_last,
      min(created_at) as recorded_first, max(created_at) as recorded_last
    from added group by lane, book
  ) t
  where b.lane = t.lane and b.id = t.book and t.seq_first = b.last_seq + 1 and t.seq_last = b.last_seq + t.recorded
    and (b.last_recorded_at is null or t.recorded_first >= b.last_recorded_at);
  get diagnostics moved = row_count;
  if moved <> (select count(*) from (select from added group by lane, book) touched) then
    raise exception 'transactions do not continue their book' using errcode = 'serialization_failure';
  end if;
  return null;
end $$;

revoke execute on all functions in schema ledger from public;
grant execute on function ledger.hold_books to ledger_app;
