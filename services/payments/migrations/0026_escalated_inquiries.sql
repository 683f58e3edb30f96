-- Proved of what was written before, which reads and locks nobody out: first, before anything here locks.
alter table payments.payouts validate constraint payouts_processor_fkey;
alter table payments.payouts validate constraint named_by_its_processor;
alter table payments.payouts validate constraint due_until_it_ends;

-- An inquiry may become a chargeback: then, and only then, what a dispute takes is written anew. What else it is about stays.
create or replace function payments.keep_dispute() returns trigger language plpgsql set search_path = '' as $$
begin
  if old.closed_at is not null and (new.status <> old.status or new.evidence <> old.evidence) then
    raise exception 'dispute % is % and stays so', old.id, old.status using errcode = 'restrict_violation';
  end if;
  if (new.merchant, new.mode, new.processor_id, new.charge, new.payment_intent, new.currency)
      is distinct from (old.merchant, old.mode, old.processor_id, old.charge, old.payment_intent, old.currency)
    or ((new.inquiry, new.amount, new.fee, new.reason, new.due_by)
        is distinct from (old.inquiry, old.amount, old.fee, old.reason, old.due_by)
      and not (old.inquiry and not new.inquiry and old.closed_at is null)) then
    raise exception 'what dispute % is about stays so', old.id using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;
alter table payments.disputes enable always trigger keep_dispute;
grant update (inquiry, amount, fee, reason, due_by) on payments.disputes to payments_app;
-- It is answered anew, in place of what was said of the inquiry.
grant update (texts, created_at) on payments.dispute_messages to payments_app;
grant update (inquiry) on payments.simulator_disputes to payments_app;
