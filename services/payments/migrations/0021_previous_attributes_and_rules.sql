-- Tables in the order in which the service's own transactions come to them, so that neither waits for the other in a ring.

create function payments.keep_capture() returns trigger language plpgsql set search_path = '' as $$
begin
  if (new.charge, new.amount, new.merchant, new.mode, new.payment_intent)
    is distinct from (old.charge, old.amount, old.merchant, old.mode, old.payment_intent)
    or (old.status <> 'pending' and new.status <> old.status) then
    raise exception 'what the capture of % asks for, and what became of it, stays so', old.charge
      using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;
create trigger keep_capture before update on payments.captures for each row execute function payments.keep_capture();
alter table payments.captures enable always trigger keep_capture;

-- A payout that arrived may still come back; one that failed or was canceled has.
create function payments.keep_payout() returns trigger language plpgsql set search_path = '' as $$
begin
  if (new.amount, new.currency, new.merchant, new.mode, new.balance_transaction)
    is distinct from (old.amount, old.currency, old.merchant, old.mode, old.balance_transaction)
    or (old.status in ('failed', 'canceled') and new.status <> old.status)
    or (old.status = 'paid' and new.status not in ('paid', 'failed'))
    or (old.failure_balance_transaction is not null
      and new.failure_balance_transaction is distinct from old.failure_balance_transaction) then
    raise exception 'what payout % takes, and what became of it, stays so', old.id using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;
create trigger keep_payout before update on payments.payouts for each row execute function payments.keep_payout();
alter table payments.payouts enable always trigger keep_payout;

-- When a token was made by the real clock, by which it is forgotten; created_at is by its merchant's, which may be far ahead.
alter table payments.tokens add column recorded_at timestamptz not null default now();
create index tokens_recorded_at on payments.tokens (recorded_at);
drop index payments.tokens_created_at;

-- Of an event that tells of a change: what the changed members of its object were before. As text, like the object.
-- Replicas of the version before write none, and their events tell none.
alter table payments.outbox add column previous_attributes json;
