-- What storing a payment costs beside its rows is mostly what PostgreSQL does anew for each statement: it reads every
-- constraint of the table from its text, and starts each trigger. So what is always judged together is judged in one place
-- now, as the ledger's migrations 0016 and 0017 do. No rule is gone, and each has the name it had. The triggers run for
-- everybody, also where sessions switch the others off.

alter table payments.payment_intents
  drop constraint action_while_required,
  drop constraint canceled_at_names_its_time,
  drop constraint capturable_in_full_or_not_at_all,
  drop constraint charge_while_needed,
  drop constraint confirmation_method_known,
  drop constraint no_error_beside_success,
  drop constraint payment_intents_amount_check,
  drop constraint payment_intents_cancellation_reason_check,
  drop constraint payment_intents_capture_method_check,
  drop constraint payment_intents_currency_check,
  drop constraint payment_intents_customer_check,
  drop constraint payment_intents_description_check,
  drop constraint payment_intents_metadata_check,
  drop constraint payment_intents_mode_check,
  drop constraint payment_intents_return_url_check,
  drop constraint payment_intents_setup_future_usage_check,
  drop constraint payment_intents_status_check,
  drop constraint payment_method_while_needed,
  drop constraint reason_only_when_canceled,
  drop constraint received_when_succeeded;

create or replace function payments.keep_payment_intent() returns trigger language plpgsql set search_path = '' as $$
declare
  broken text := case
    when new.amount <= 0 then 'payment_intents_amount_check'
    when new.currency !~ '^[a-z]{3}$' then 'payment_intents_currency_check'
    when new.mode not in ('test', 'live') then 'payment_intents_mode_check'
    when new.status not in ('requires_payment_method', 'requires_confirmation', 'requires_action', 'processing',
      'requires_capture', 'succeeded', 'canceled') then 'payment_intents_status_check'
    when new.capture_method not in ('automatic', 'automatic_async', 'manual') then 'payment_intents_capture_method_check'
    when new.confirmation_method not in ('automatic', 'manual') then 'confirmation_method_known'
    when new.setup_future_usage not in ('on_session', 'off_session') then 'payment_intents_setup_future_usage_check'
    when new.cancellation_reason not in ('duplicate', 'fraudulent', 'requested_by_customer', 'abandoned', 'automatic',
      'expired') then 'payment_intents_cancellation_reason_check'
    when length(new.customer) > 255 then 'payment_intents_customer_check'
    when length(new.description) > 1000 then 'payment_intents_description_check'
    when length(new.return_url) > 2048 then 'payment_intents_return_url_check'
    when jsonb_typeof(new.metadata) <> 'object' then 'payment_intents_metadata_check'
    when (new.status = 'requires_action') <> (new.next_action is not null)
      or (new.status = 'requires_action') <> (new.authentication is not null) then 'action_while_required'
    when (new.status = 'canceled') <> (new.canceled_at is not null) then 'canceled_at_names_its_time'
    when new.cancellation_reason is not null and new.status <> 'canceled' then 'reason_only_when_canceled'
    when new.amount_capturable <> case when new.status = 'requires_capture' then new.amount else 0 end
      then 'capturable_in_full_or_not_at_all'
    when new.status in ('processing', 'requires_capture', 'succeeded') and new.latest_charge is null
      then 'charge_while_needed'
    when new.status = 'succeeded' and new.last_payment_error is not null then 'no_error_beside_success'
    when case
      when new.status = 'requires_payment_method' then new.payment_method is not null
      when new.status = 'canceled' then false
      else new.payment_method is null
    end then 'payment_method_while_needed'
    when case
      when new.status = 'succeeded' then new.amount_received < 1 or new.amount_received > new.amount
      else new.amount_received <> 0
    end then 'received_when_succeeded'
  end;
begin
  if tg_op = 'UPDATE' then
    if old.status not in ('requires_payment_method', 'requires_confirmation', 'requires_action')
      and (new.amount <> old.amount or new.currency <> old.currency) then
      raise exception 'amount and currency of payment intent % stand still while it is %', old.id, old.status
        using errcode = 'restrict_violation';
    end if;
    if old.status in ('succeeded', 'canceled')
      and (new.status <> old.status or new.amount_received <> old.amount_received) then
      raise exception 'payment intent % is % and stays so', old.id, old.status using errcode = 'restrict_violation';
    end if;
  end if;
  if broken is not null then
    raise exception 'payment intent % breaks %', new.id, broken using
      errcode = 'check_violation', constraint = broken, table = 'payment_intents', schema = 'payments';
  end if;
  return new;
end $$;
drop trigger keep_payment_intent on payments.payment_intents;
create trigger keep_payment_intent before insert or update on payments.payment_intents
  for each row execute function payments.keep_payment_intent();
alter table payments.payment_intents enable always trigger keep_payment_intent;

alter table payments.charges
  drop constraint authorised_until,
  drop constraint captured_only_when_succeeded,
  drop constraint captured_says_how_much,
  drop constraint captured_when_succeeded_automatically,
  drop constraint captured_within_amount,
  drop constraint charges_amount_check,
  drop constraint charges_answer_status_check,
  drop constraint charges_answer_with_check,
  drop constraint charges_capture_method_check,
  drop constraint charges_currency_check,
  drop constraint charges_description_check,
  drop constraint charges_metadata_check,
  drop constraint charges_mode_check,
  drop constraint charges_posting_check,
  drop constraint charges_status_check,
  drop constraint failure_only_when_failed,
  drop constraint fee_only_when_captured,
  drop constraint fee_within_amount_captured,
  drop constraint posting_done_names_its_transaction,
  drop constraint posting_due_names_its_time,
  drop constraint posting_only_when_captured,
  drop constraint refunded_within_captured,
  drop constraint released_only_when_authorised,
  drop constraint settled_when_not_pending;

-- Runs after the other triggers of charges, which come before it by their names and fill in what it judges. It judges two
-- rules more than the constraints did, which every row keeps already (0022 proves it), and neither stands in the way of
-- replicas of the version before: what those write as captured gets its movement from a trigger, and without a processor
-- they refuse to charge in live mode. What a charge asks of a processor stays: how much, of what, for whom.
create or replace function payments.keep_charge() returns trigger language plpgsql set search_path = '' as $$
declare
  broken text := case
    when new.amount <= 0 then 'charges_amount_check'
    when new.currency !~ '^[a-z]{3}$' then 'charges_currency_check'
    when new.mode not in ('test', 'live') then 'charges_mode_check'
    when new.status not in ('pending', 'succeeded', 'failed') then 'charges_status_check'
    when new.capture_method not in ('automatic', 'manual') then 'charges_capture_method_check'
    when new.answer_status not in (200, 201) then 'charges_answer_status_check'
    when new.answer_with not in ('payment_intent', 'charge') then 'charges_answer_with_check'
    when new.posting not in ('none', 'due', 'done') then 'charges_posting_check'
    when length(new.description) > 1000 then 'charges_description_check'
    when jsonb_typeof(new.metadata) <> 'object' then 'charges_metadata_check'
    when (new.status = 'pending') <> (new.settled_at is null) then 'settled_when_not_pending'
    when (new.status = 'failed') <> (new.failure_code is not null) then 'failure_only_when_failed'
    when new.captured and new.status <> 'succeeded' then 'captured_only_when_succeeded'
    when new.captured <> (new.amount_captured > 0) then 'captured_says_how_much'
    when new.amount_captured < 0 or new.amount_captured > new.amount then 'captured_within_amount'
    when new.capture_method <> 'manual' and new.captured <> (new.status = 'succeeded')
      then 'captured_when_succeeded_automatically'
    when new.capture_method <> 'automatic' and new.status = 'succeeded' and new.capture_before is null
      then 'authorised_until'
    when new.released_at is not null and (new.status <> 'succeeded' or new.captured) then 'released_only_when_authorised'
    when new.captured <> (new.fee is not null) then 'fee_only_when_captured'
    when new.captured <> (new.balance_transaction is not null) then 'movement_when_captured'
    when (new.mode = 'live') <> (new.processor is not null) then 'processor_when_live'
    when new.fee < 0 or new.fee > new.amount_captured then 'fee_within_amount_captured'
    when new.amount_refunded < 0 or new.amount_refunded > new.amount_captured then 'refunded_within_captured'
    when new.posting <> 'none' and not new.captured then 'posting_only_when_captured'
    when (new.posting = 'due') <> (new.posting_after is not null) then 'posting_due_names_its_time'
    when (new.posting = 'done') <> (new.ledger_transaction is not null) then 'posting_done_names_its_transaction'
  end;
begin
  if tg_op = 'UPDATE' and (
    (old.captured and (not new.captured or new.amount_captured <> old.amount_captured
      or new.balance_transaction is distinct from old.balance_transaction))
    or (old.released_at is not null and new.released_at is distinct from old.released_at)
    or (old.status <> 'pending' and new.status <> old.status)) then
    raise exception 'what became of charge % stays so', old.id using errcode = 'restrict_violation';
  end if;
  if tg_op = 'UPDATE' and (new.amount, new.currency, new.merchant, new.mode, new.payment_intent)
    is distinct from (old.amount, old.currency, old.merchant, old.mode, old.payment_intent) then
    raise exception 'what charge % asks for stays so', old.id using errcode = 'restrict_violation';
  end if;
  if broken is not null then
    raise exception 'charge % breaks %', new.id, broken using
      errcode = 'check_violation', constraint = broken, table = 'charges', schema = 'payments';
  end if;
  return new;
end $$;
drop trigger keep_charge on payments.charges;
create trigger keep_charge before insert or update on payments.charges
  for each row execute function payments.keep_charge();
alter table payments.charges enable always trigger keep_charge;

-- Of the columns of a movement only those of its posting ever change: the service has no right to another.
alter table payments.movements
  drop constraint amount_has_the_sign_of_its_kind,
  drop constraint movements_currency_check,
  drop constraint movements_fee_check,
  drop constraint movements_metadata_check,
  drop constraint movements_mode_check,
  drop constraint movements_posting_check,
  drop constraint net_is_amount_less_fee,
  drop constraint only_disputes_cost_more_than_they_bring,
  drop constraint posting_done_names_its_transaction,
  drop constraint posting_due_names_its_time;

create function payments.judge_movement() returns trigger language plpgsql set search_path = '' as $$
declare
  is_internal boolean := new.kind in ('authorisation', 'authorisation_release', 'dispute_lost', 'payout_paid',
    'payout_return');
  broken text := case
    when new.currency !~ '^[a-z]{3}$' then 'movements_currency_check'
    when new.mode not in ('test', 'live') then 'movements_mode_check'
    when new.fee < 0 then 'movements_fee_check'
    when jsonb_typeof(new.metadata) <> 'object' then 'movements_metadata_check'
    when not case
      when new.kind in ('charge', 'refund_failure', 'dispute_reversal', 'payout_failure', 'payout_cancel',
        'processor_fee_return') then new.amount > 0
      when new.kind in ('refund', 'dispute', 'payout', 'stripe_fee', 'processor_fee') then new.amount < 0
      when is_internal then new.amount > 0 and new.fee = 0
      else false
    end then 'amount_has_the_sign_of_its_kind'
    when new.net <> case when is_internal then 0 else new.amount - new.fee end then 'net_is_amount_less_fee'
    when new.kind <> 'dispute' and new.fee > greatest(new.amount, 0) then 'only_disputes_cost_more_than_they_bring'
    when new.posting not in ('due', 'done') then 'movements_posting_check'
    when (new.posting = 'due') <> (new.posting_after is not null) then 'posting_due_names_its_time'
    when (new.posting = 'done') <> (new.ledger_transaction is not null) then 'posting_done_names_its_transaction'
  end;
begin
  if broken is not null then
    raise exception 'movement % breaks %', new.id, broken using
      errcode = 'check_violation', constraint = broken, table = 'movements', schema = 'payments';
  end if;
  return new;
end $$;
create trigger judge_movement before insert or update on payments.movements
  for each row execute function payments.judge_movement();
alter table payments.movements enable always trigger judge_movement;

alter table payments.payment_methods
  drop constraint attached_to_somebody,
  drop constraint fresh_belongs_to_nobody,
  drop constraint payment_methods_allow_redisplay_check,
  drop constraint payment_methods_billing_details_check,
  drop constraint payment_methods_card_check,
  drop constraint payment_methods_exp_month_check,
  drop constraint payment_methods_exp_year_check,
  drop constraint payment_methods_metadata_check,
  drop constraint payment_methods_mode_check,
  drop constraint payment_methods_status_check,
  drop constraint payment_methods_type_check;

create or replace function payments.keep_to_one_customer() returns trigger language plpgsql set search_path = '' as $$
declare
  broken text := case
    when new.mode not in ('test', 'live') then 'payment_methods_mode_check'
    when new.type <> 'card' then 'payment_methods_type_check'
    when new.status not in ('fresh', 'attached', 'spent') then 'payment_methods_status_check'
    when new.allow_redisplay not in ('always', 'limited', 'unspecified') then 'payment_methods_allow_redisplay_check'
    when new.exp_month not between 1 and 12 then 'payment_methods_exp_month_check'
    when new.exp_year not between 2000 and 2200 then 'payment_methods_exp_year_check'
    when jsonb_typeof(new.card) <> 'object' then 'payment_methods_card_check'
    when jsonb_typeof(new.billing_details) <> 'object' then 'payment_methods_billing_details_check'
    when jsonb_typeof(new.metadata) <> 'object' then 'payment_methods_metadata_check'
    when new.status = 'attached' and new.customer is null then 'attached_to_somebody'
    when new.status = 'fresh' and new.customer is not null then 'fresh_belongs_to_nobody'
  end;
begin
  if tg_op = 'UPDATE' then
    if old.customer is not null and new.customer is distinct from old.customer then
      raise exception 'payment method % belongs to another customer', old.id using errcode = 'check_violation',
        constraint = 'one_customer_in_its_life';
    end if;
    if new.status <> old.status and (old.status = 'spent' or new.status = 'fresh') then
      raise exception 'payment method % goes from % to %', old.id, old.status, new.status using errcode = 'check_violation',
        constraint = 'spent_stays_spent';
    end if;
  end if;
  if broken is not null then
    raise exception 'payment method % breaks %', new.id, broken using
      errcode = 'check_violation', constraint = broken, table = 'payment_methods', schema = 'payments';
  end if;
  return new;
end $$;
drop trigger keep_to_one_customer on payments.payment_methods;
create trigger keep_to_one_customer before insert or update on payments.payment_methods
  for each row execute function payments.keep_to_one_customer();
alter table payments.payment_methods enable always trigger keep_to_one_customer;

alter table payments.idempotency_keys
  drop constraint idempotency_keys_check,
  drop constraint idempotency_keys_key_check,
  drop constraint idempotency_keys_mode_check;

create function payments.judge_idempotency_key() returns trigger language plpgsql set search_path = '' as $$
declare
  broken text := case
    when new.mode not in ('test', 'live') then 'idempotency_keys_mode_check'
    when length(new.key) not between 1 and 255 then 'idempotency_keys_key_check'
    when (new.status is null) <> (new.body is null) then 'idempotency_keys_check'
  end;
begin
  if broken is not null then
    raise exception 'an idempotency key breaks %', broken using
      errcode = 'check_violation', constraint = broken, table = 'idempotency_keys', schema = 'payments';
  end if;
  return new;
end $$;
create trigger judge_idempotency_key before insert or update on payments.idempotency_keys
  for each row execute function payments.judge_idempotency_key();
alter table payments.idempotency_keys enable always trigger judge_idempotency_key;

revoke execute on function payments.judge_movement(), payments.judge_idempotency_key() from public;
