-- As with entries (0016), the rules of single transactions are asked by the trigger that judges all that were added. What
-- four triggers asked, each by queries of its own, one does now: most of it of no row, and that it sees in one pass.

-- A row is changed only where words are erased: see ledger.refuse_change_but_erasure, which lets nothing else be changed.
-- Two rules need not be asked: a currency that is named is that of all accounts, and a seq follows that of the book.
alter table ledger.transactions
  drop constraint transactions_booked_late,
  drop constraint transactions_content_hash_check,
  drop constraint transactions_currency_check,
  drop constraint transactions_description_check,
  drop constraint transactions_effective_in_range,
  drop constraint transactions_entry_count_check,
  drop constraint transactions_expires,
  drop constraint transactions_fingerprint_check,
  drop constraint transactions_hash_check,
  drop constraint transactions_id_check,
  drop constraint transactions_kind_check,
  drop constraint transactions_metadata_check,
  drop constraint transactions_parent,
  drop constraint transactions_reference_id_check,
  drop constraint transactions_seq_check,
  drop constraint transactions_text_is_salted,
  drop constraint transactions_text_salt_check;

-- Judges transactions by themselves, links them to their books, moves the books' heads, keeps what took effect in a
-- closed period out, notes what counts at another time, and moves the state of holds.
create or replace function ledger.post_transactions() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  judged record;
  wrong record;
begin
  with by_book as (
    select lane, book, count(*) as recorded, min(seq) as seq_first, max(seq) as seq_last,
      min(created_at) as recorded_first, max(created_at) as recorded_last,
      min(coalesce(booked_at, effective_at)) as counts_first, sum(entry_count) as legs,
      string_agg(content_hash, '') filter (where hash_before is null) as content_first,
      string_agg(hash, '') filter (where hash_before is null) as hash_first,
      string_agg(hash, '') filter (where is_last) as hash_last,
      bool_and(hash_before is null or (hash = sha256(hash_before || content_hash) and created_at >= created_before)) as linked,
      bool_or(currency is null) as any_several, bool_or(booked_at is not null) as any_late,
      bool_or(coalesce(booked_at, effective_at) <> created_at) as any_shifted,
      bool_or(kind <> 'post') as any_following, min(case
        when octet_length(hash) <> 32 then 'transactions_hash_check'
        when octet_length(content_hash) <> 32 then 'transactions_content_hash_check'
        when octet_length(fingerprint) <> 32 then 'transactions_fingerprint_check'
        when id !~ '^ltx_[0-9A-Za-z]+$' then 'transactions_id_check'
        when length(reference_id) not between 1 and 255 then 'transactions_reference_id_check'
        when entry_count not between 2 and 1000 then 'transactions_entry_count_check'
        when effective_at < '1970-01-01 00:00:00+00' or effective_at > '9999-12-31 23:59:59+00'
          then 'transactions_effective_in_range'
        when (text_salt is not null) <> (description is not null or metadata <> '{}') then 'transactions_text_is_salted'
        when octet_length(text_salt) <> 16 then 'transactions_text_salt_check'
        when length(description) > 1000 then 'transactions_description_check'
        when jsonb_typeof(metadata) <> 'object' then 'transactions_metadata_check'
        when kind not in ('post', 'hold', 'capture', 'release', 'expire', 'reversal') then 'transactions_kind_check'
        when (parent is null) <> (kind in ('post', 'hold')) or parent >= seq then 'transactions_parent'
        when expires_at is not null
          and (kind <> 'hold' or expires_at <= created_at or expires_at > '9999-12-31 23:59:59+00') then 'transactions_expires'
        when booked_at is not null
          and (booked_at <> created_at or effective_at >= created_at or not starts_with(reference_id, 'micro:'))
          then 'transactions_booked_late'
      end) as broken
    from (
      select *, lag(hash) over in_book as hash_before, lag(created_at) over in_book as created_before,
        lead(seq) over in_book is null as is_last
      from added window in_book as (partition by lane, book order by seq)
    ) t
    group by lane, book
  ), moved as (
    update ledger.books b set last_seq = t.seq_last, last_recorded_at = t.recorded_last, head_hash = t.hash_last
    from by_book t
    where b.lane = t.lane and b.id = t.book and t.linked
      and t.seq_first = b.last_seq + 1 and t.seq_last = b.last_seq + t.recorded
      and t.hash_first = sha256(coalesce(b.head_hash, ledger.genesis(b.merchant, b.mode)) || t.content_first)
      and (b.last_recorded_at is null or t.recorded_first >= b.last_recorded_at)
      and (b.closed_before is null or t.counts_first >= b.closed_before)
      -- Which is which, ledger.post_entries sees to: it lets them in only whole, and with their transaction.
      and t.legs = (
        select count(*) from ledger.entries e
        where e.lane = t.lane and e.book = t.book and e.seq between t.seq_first and t.seq_last)
    returning b.id
  )
  select (select count(*) from moved) = count(*) as all_moved, min(broken) as broken, bool_or(any_several) as any_several,
    bool_or(any_late) as any_late, bool_or(any_shifted) as any_shifted,
    bool_or(any_following) as any_following into judged
  from by_book;
  if judged.broken is not null then
    raise exception 'a transaction breaks %', judged.broken using
      errcode = 'check_violation', constraint = judged.broken, table = 'transactions', schema = 'ledger';
  end if;

  if not judged.all_moved then
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
      select from (
        select created_at < lag(created_at) over (partition by lane, book order by seq) as backwards from added
      ) t where t.backwards
    ) then
      raise exception 'transactions of one book are recorded in the order of time' using
        errcode = 'check_violation', constraint = 'transactions_in_time', table = 'transactions', schema = 'ledger';
    end if;

    select t.seq into wrong from (
      select lane, book, seq, content_hash, hash, lag(hash) over (partition by lane, book order by seq) as before from added
    ) t
    -- The first of a book follows what the book has; one that was moved followed it.
    where t.hash <> sha256(coalesce(t.before, (
      select coalesce(b.head_hash, ledger.genesis(b.merchant, b.mode)) from ledger.books b
      where b.lane = t.lane and b.id = t.book and b.last_seq = t.seq - 1
    )) || t.content_hash)
    limit 1;
    if found then
      raise exception 'transaction % does not follow the hash before it', wrong.seq using
        errcode = 'check_violation', constraint = 'transactions_chain', table = 'transactions', schema = 'ledger';
    end if;

    select t.seq, b.closed_before into wrong
    from added t
    cross join lateral (select * from ledger.books b where b.lane = t.lane and b.id = t.book offset 0) b
    where coalesce(t.booked_at, t.effective_at) < b.closed_before
    limit 1;
    if found then
      -- Decided on an older book; deciding again tells the caller, or gives Micro's own fact its place.
      raise exception 'transaction % counts before %, up to where the book is closed', wrong.seq, wrong.closed_before using
        errcode = 'serialization_failure', constraint = 'transactions_period_open', table = 'transactions', schema = 'ledger';
    end if;
    raise exception 'transactions do not continue their book' using errcode = 'serialization_failure';
  end if;

  if judged.any_several and exists (
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

  if judged.any_late then
    select t.seq into wrong
    from added t
    cross join lateral (select * from ledger.books b where b.lane = t.lane and b.id = t.book offset 0) b
    where t.booked_at is not null and (b.closed_before is null or t.effective_at >= b.closed_before)
    limit 1;
    if found then
      raise exception 'transaction % is booked late into a period that is open', wrong.seq using
        errcode = 'check_violation', constraint = 'transactions_booked_late', table = 'transactions', schema = 'ledger';
    end if;
  end if;

  if judged.any_shifted then
    insert into ledger.shifted_entries (lane, book, account, seq, leg, counts_at, amount)
    select t.lane, t.book, e.account, e.seq, e.leg, coalesce(t.booked_at, t.effective_at), e.amount
    from added t
    cross join lateral (
      select * from ledger.entries e where e.lane = t.lane and e.book = t.book and e.seq = t.seq
      offset 0 -- looks each up by its key, where a join might begin with all entries there are
    ) e
    where coalesce(t.booked_at, t.effective_at) <> t.created_at and e.layer = 'posted';
  end if;

  -- The book's row is taken, so nothing else comes between.
  if judged.any_following then
    select t.seq into wrong
    from added t
    left join lateral (
      select * from ledger.transactions p where p.lane = t.lane and p.book = t.book and p.seq = t.parent offset 0
    ) p on true
    where case t.kind
      when 'post' then false
      when 'hold' then starts_with(t.reference_id, 'micro:')
      when 'reversal' then p.seq is null or p.kind not in ('post', 'capture')
        or starts_with(p.reference_id, 'micro:') or starts_with(t.reference_id, 'micro:')
      when 'expire' then p.seq is null or p.kind <> 'hold' or p.expires_at is null or p.expires_at > t.created_at
        or t.reference_id <> 'micro:hold_expired:hold_' || substr(p.id, 5)
      else p.seq is null or p.kind <> 'hold' or starts_with(t.reference_id, 'micro:')
        or (t.kind = 'capture' and p.expires_at <= t.created_at)
    end
    limit 1;
    if found then
      raise exception 'transaction % may not follow the one it names', wrong.seq using
        errcode = 'check_violation', constraint = 'transactions_follow', table = 'transactions', schema = 'ledger';
    end if;

    -- Leg by leg the opposite of what the other posted, and all of it.
    select t.seq into wrong
    from added t
    where t.kind = 'reversal' and (
      t.entry_count <> (
        select count(*) from ledger.entries p
        where p.lane = t.lane and p.book = t.book and p.seq = t.parent and p.layer = 'posted')
      or exists (
        select from ledger.entries e
        left join lateral (
          select * from ledger.entries p where p.lane = e.lane and p.book = e.book and p.seq = t.parent and p.leg = e.leg offset 0
        ) p on true
        where e.lane = t.lane and e.book = t.book and e.seq = t.seq
          and (p.layer is distinct from 'posted' or p.account <> e.account or p.amount <> -e.amount)))
    limit 1;
    if found then
      raise exception 'transaction % is not the opposite of what it reverses', wrong.seq using
        errcode = 'check_violation', constraint = 'transactions_opposite', table = 'transactions', schema = 'ledger';
    end if;

    -- An account stands in a hold once, so that what is left on it is one sum.
    select t.seq into wrong
    from added t
    where t.kind = 'hold' and t.entry_count <> (
      select count(distinct e.account) from ledger.entries e where e.lane = t.lane and e.book = t.book and e.seq = t.seq)
    limit 1;
    if found then
      raise exception 'hold % has an account twice', wrong.seq using
        errcode = 'check_violation', constraint = 'holds_accounts', table = 'transactions', schema = 'ledger';
    end if;

    -- On each account: taken back once, against the hold's own sign, and posted no more than is taken back.
    select t.seq into wrong
    from added t
    cross join lateral (
      select e.account, sum(e.amount) filter (where e.layer = 'pending') as taken,
        count(*) filter (where e.layer = 'pending') as times, coalesce(sum(e.amount) filter (where e.layer = 'posted'), 0) as posted,
        count(*) filter (where e.layer = 'posted') as postings
      from ledger.entries e
      where e.lane = t.lane and e.book = t.book and e.seq = t.seq
      group by e.account
    ) e
    left join lateral (
      select * from ledger.held h where h.lane = t.lane and h.book = t.book and h.seq = t.parent and h.account = e.account offset 0
    ) h on true
    where t.kind in ('capture', 'release', 'expire') and (
      h.account is null or e.times <> 1 or e.postings > 1 or sign(e.taken) <> -sign(h.amount)
      or sign(h.remaining) not in (0, sign(h.amount))
      or sign(e.posted) not in (0, sign(h.amount)) or abs(e.posted) > abs(e.taken))
    limit 1;
    if found then
      raise exception 'transaction % takes more from its hold than is left', wrong.seq using
        errcode = 'check_violation', constraint = 'holds_remaining', table = 'transactions', schema = 'ledger';
    end if;

    insert into ledger.holds (lane, book, seq, status, expires_at)
    select lane, book, seq, 'open', expires_at from added where kind = 'hold' order by lane, book, seq;

    update ledger.holds h
    set status = case t.kind when 'capture' then 'captured' when 'release' then 'released' else 'expired' end
    from (
      select distinct on (lane, book, parent) lane, book, parent, kind from added
      where kind in ('capture', 'release', 'expire') order by lane, book, parent, seq desc
    ) t
    where h.lane = t.lane and h.book = t.book and h.seq = t.parent and not exists (
      select from ledger.held l where l.lane = h.lane and l.book = h.book and l.seq = h.seq and l.remaining <> 0);

    -- Whoever gives back gives back all that is left, so that nothing can follow.
    select t.seq into wrong
    from added t
    join ledger.holds h on h.lane = t.lane and h.book = t.book and h.seq = t.parent
    where t.kind in ('release', 'expire') and h.status = 'open'
    limit 1;
    if found then
      raise exception 'transaction % leaves some of its hold', wrong.seq using
        errcode = 'check_violation', constraint = 'holds_given_back', table = 'transactions', schema = 'ledger';
    end if;
  end if;
  return null;
end $$;

drop trigger refuse_closed_period on ledger.transactions;
drop trigger shift_entries on ledger.transactions;
drop function ledger.refuse_closed_period();
drop function ledger.shift_entries();
drop trigger then_follow_parents on ledger.transactions;
drop function ledger.follow_parents();
