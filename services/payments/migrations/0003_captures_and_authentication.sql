-- Intents: manual capture, authentication of the card's holder, and what a shop notes beside a payment. What is shown as
-- it is kept is json, since jsonb would order its members by length.
alter table payments.payment_intents
  add column amount_capturable numeric(38, 0) not null default 0,
  add column confirmation_method text not null default 'automatic'
    constraint confirmation_method_known check (confirmation_method in ('automatic', 'manual')),
  add column customer text collate "C" check (length(customer) <= 255),
  add column setup_future_usage text check (setup_future_usage in ('on_session', 'off_session')),
  add column off_session boolean not null default false,
  add column payment_method_options json,
  add column shipping json,
  add column return_url text check (length(return_url) <= 2048),
  add column statement_descriptor_suffix text,
  add column transfer_group text,
  -- What the card's holder has to do, and the unguessable name of the page where it is done.
  add column next_action json,
  add column authentication text collate "C",
  -- The holder has proved to be one, for this payment method and amount.
  add column authenticated boolean not null default false,
  drop constraint payment_intents_status_check,
  add constraint payment_intents_status_check check (status in ('requires_payment_method', 'requires_confirmation',
    'requires_action', 'processing', 'requires_capture', 'succeeded', 'canceled')),
  drop constraint payment_intents_capture_method_check,
  add constraint payment_intents_capture_method_check
    check (capture_method in ('automatic', 'automatic_async', 'manual')),
  drop constraint payment_intents_cancellation_reason_check,
  add constraint payment_intents_cancellation_reason_check check (cancellation_reason in ('duplicate', 'fraudulent',
    'requested_by_customer', 'abandoned', 'automatic', 'expired')),
  drop constraint received_in_full_or_not_at_all,
  add constraint received_when_succeeded
    check (case when status = 'succeeded' then amount_received between 1 and amount else amount_received = 0 end),
  add constraint capturable_in_full_or_not_at_all
    check (amount_capturable = case when status = 'requires_capture' then amount else 0 end),
  drop constraint payment_method_while_needed,
  add constraint payment_method_while_needed check (
    case
      when status = 'requires_payment_method' then payment_method is null
      when status = 'canceled' then true
      else payment_method is not null
    end),
  drop constraint charge_while_needed,
  add constraint charge_while_needed
    check (status not in ('processing', 'requires_capture', 'succeeded') or latest_charge is not null),
  add constraint action_while_required
    check ((status = 'requires_action') = (next_action is not null)
      and (status = 'requires_action') = (authentication is not null));
create unique index payment_intents_authentication on payments.payment_intents (authentication)
  where authentication is not null;
-- Begins with what one is looked up by, and is younger than the index of lists: of two that look alike, as all do in a table
-- without statistics, PostgreSQL takes the younger. The older one read every intent of the merchant for each look-up.
alter table payments.payment_intents drop constraint payment_intents_merchant_mode_id_key cascade,
  add constraint payment_intents_of_one_merchant unique (id, merchant, mode);
alter table payments.charges add constraint charges_merchant_mode_payment_intent_fkey
  foreign key (merchant, mode, payment_intent) references payments.payment_intents (merchant, mode, id);
create index payment_intents_of_customer on payments.payment_intents (merchant, mode, customer, created_at desc, id desc)
  where customer is not null;

-- What was agreed on is what is charged: amount and currency stand still from the moment a processor may be asked, and
-- a final status is final.
create function payments.keep_payment_intent() returns trigger language plpgsql set search_path = '' as $$
begin
  if old.status not in ('requires_payment_method', 'requires_confirmation', 'requires_action')
    and (new.amount <> old.amount or new.currency <> old.currency) then
    raise exception 'amount and currency of payment intent % stand still while it is %', old.id, old.status
      using errcode = 'restrict_violation';
  end if;
  if old.status in ('succeeded', 'canceled')
    and (new.status <> old.status or new.amount_received <> old.amount_received) then
    raise exception 'payment intent % is % and stays so', old.id, old.status using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;
create trigger keep_payment_intent before update on payments.payment_intents
  for each row execute function payments.keep_payment_intent();

-- A charge is authorised when it succeeded, and is neither captured nor released.
alter table payments.charges
  add column capture_method text not null default 'automatic'
    constraint charges_capture_method_check check (capture_method in ('automatic', 'manual')),
  add column captured boolean not null default false,
  add column amount_captured numeric(38, 0) not null default 0,
  add column amount_refunded numeric(38, 0) not null default 0,
  add column capture_before timestamptz,
  add column released_at timestamptz,
  add column customer text collate "C",
  add column off_session boolean not null default false,
  add column authenticated boolean not null default false,
  -- Its payment method was made ready for payments without its holder.
  add column set_up boolean not null default false,
  -- What the processor knows the payment method by, where that is not its id.
  add column processor_method text collate "C",
  add column payment_method_details json,
  add column billing_details json,
  add column outcome json,
  add column description text check (length(description) <= 1000),
  add column metadata jsonb check (jsonb_typeof(metadata) = 'object'),
  add column receipt_email text,
  add column shipping json,
  add column fraud_details json,
  add column statement_descriptor text,
  add column statement_descriptor_suffix text,
  add column transfer_group text,
  -- Which of the two its caller asked for, and so is answered with.
  add column answer_with text not null default 'payment_intent' check (answer_with in ('payment_intent', 'charge')),
  -- Whether it was told that the result takes its time.
  add column processing_told boolean not null default false;
update payments.charges set captured = true, amount_captured = amount where status = 'succeeded';
-- Older than the key below, for the same reason.
create index charges_newest_first on payments.charges (merchant, mode, created_at desc, id desc);
alter table payments.charges
  drop constraint if exists fee_only_when_succeeded,
  add constraint fee_only_when_captured check (captured = (fee is not null)),
  drop constraint if exists fee_within_amount,
  add constraint fee_within_amount_captured check (fee between 0 and amount_captured),
  drop constraint if exists posting_only_when_succeeded,
  add constraint posting_only_when_captured check (posting = 'none' or captured),
  add constraint captured_only_when_succeeded check (status = 'succeeded' or not captured),
  add constraint captured_when_succeeded_automatically
    check (capture_method = 'manual' or captured = (status = 'succeeded')),
  add constraint captured_says_how_much check (captured = (amount_captured > 0)),
  add constraint captured_within_amount check (amount_captured between 0 and amount),
  add constraint refunded_within_captured check (amount_refunded between 0 and amount_captured),
  add constraint released_only_when_authorised check (released_at is null or (status = 'succeeded' and not captured)),
  add constraint authorised_until check (capture_method = 'automatic' or status <> 'succeeded' or capture_before is not null),
  add constraint charges_of_one_merchant unique (id, merchant, mode);
create index charges_of_customer on payments.charges (merchant, mode, customer, created_at desc, id desc)
  where customer is not null;
create index charges_expiring on payments.charges (capture_before)
  where status = 'succeeded' and not captured and released_at is null;
-- For merchants whose clock is ahead.
create index charges_authorised on payments.charges (merchant, mode, capture_before)
  where status = 'succeeded' and not captured and released_at is null;

-- A process of an older version knows no captures: what it charges is captured with it.
create function payments.capture_what_succeeds() returns trigger language plpgsql set search_path = '' as $$
begin
  if new.status = 'succeeded' and new.capture_method = 'automatic' and not new.captured then
    new.captured := true;
    new.amount_captured := new.amount;
  end if;
  return new;
end
$$;
create trigger capture_what_succeeds before insert or update on payments.charges
  for each row execute function payments.capture_what_succeeds();

-- Money that was taken stays taken, and what is refunded comes back only when the refund itself failed.
create function payments.keep_charge() returns trigger language plpgsql set search_path = '' as $$
begin
  if (old.captured and (not new.captured or new.amount_captured <> old.amount_captured))
    or (old.released_at is not null and new.released_at is distinct from old.released_at)
    or (old.status <> 'pending' and new.status <> old.status) then
    raise exception 'what became of charge % stays so', old.id using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;
create trigger keep_charge before update on payments.charges for each row execute function payments.keep_charge();

-- One row per capture that was begun. There is at most one for a charge: the first is the last.
create table payments.captures (
  charge text collate "C" primary key,
  merchant text collate "C" not null,
  mode text not null check (mode in ('test', 'live')),
  payment_intent text collate "C" not null,
  amount numeric(38, 0) not null check (amount > 0),
  status text not null check (status in ('pending', 'succeeded', 'failed')),
  request_id text not null,
  idempotency_key text collate "C",
  answer_status int not null check (answer_status in (200, 201)),
  answer_with text not null check (answer_with in ('payment_intent', 'charge')),
  processing_told boolean not null default false,
  leased_until timestamptz not null,
  created_at timestamptz not null,
  settled_at timestamptz,
  foreign key (merchant, mode, charge) references payments.charges (merchant, mode, id),
  constraint settled_when_not_pending check ((status = 'pending') = (settled_at is null))
);
create index captures_abandoned on payments.captures (leased_until) where status = 'pending';

-- Authorisations to give back at the processor: asked for as often as it takes, since a void may be repeated.
create table payments.voids (
  charge text collate "C" primary key,
  merchant text collate "C" not null,
  mode text not null check (mode in ('test', 'live')),
  attempts int not null default 0,
  due_at timestamptz,
  created_at timestamptz not null,
  done_at timestamptz,
  foreign key (merchant, mode, charge) references payments.charges (merchant, mode, id),
  constraint due_until_done check ((due_at is null) = (done_at is not null))
);
create index voids_due on payments.voids (due_at) where due_at is not null;

-- The simulator's book of how an authorisation ended: the first ending counts.
alter table payments.simulator_charges add column capture boolean not null default true;
create table payments.simulator_endings (
  charge text collate "C" primary key references payments.simulator_charges (id),
  kind text not null check (kind in ('capture', 'void')),
  amount numeric(38, 0) not null check (amount >= 0),
  created_at timestamptz not null,
  constraint amount_only_when_captured check ((kind = 'capture') = (amount > 0))
);

grant update (amount, amount_capturable, currency, description, metadata, customer, setup_future_usage, off_session,
  payment_method_options, shipping, return_url, statement_descriptor, statement_descriptor_suffix, transfer_group,
  capture_method, next_action, authentication, authenticated) on payments.payment_intents to payments_app;
grant update (captured, amount_captured, amount_refunded, capture_before, released_at, outcome, payment_method_details,
  description, metadata, receipt_email, shipping, fraud_details, transfer_group, processing_told) on payments.charges to payments_app;
grant select, insert, update (status, processing_told, leased_until, settled_at) on payments.captures to payments_app;
grant select, insert, update (attempts, due_at, done_at) on payments.voids to payments_app;
grant select, insert on payments.simulator_endings to payments_app;
-- What an older process writes down calls it, by the trigger on its posting.
grant execute on function payments.movement_of_charge to payments_app;
