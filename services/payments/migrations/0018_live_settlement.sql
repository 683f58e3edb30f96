-- How far what each live processor settled was read. Test mode has one processor, in settlement_progress.
create table payments.processor_settlements (
  processor text collate "C" primary key,
  merchant text collate "C" not null,
  mode text not null check (mode = 'live'),
  settled_until timestamptz not null,
  foreign key (merchant, mode, processor) references payments.processors (merchant, mode, id)
);

-- What a processor kept of a line, until it is a movement of its own.
alter table payments.settlement_lines add column fee_due boolean not null default false;
create index settlement_lines_fee_due on payments.settlement_lines (merchant, mode, id) where fee_due;

-- What the processor told it kept of what a movement is for, once it is booked; null: nothing yet, as always in test mode. What it
-- kept in another currency cannot be shown beside an amount of this one: reconciliation names it.
create function payments.processor_fee_of(movement payments.movements) returns numeric language sql stable as $$
  select l.fee from payments.settlement_lines l
  where movement.mode = 'live' and movement.charge is not null
    and l.merchant = movement.merchant and l.mode = movement.mode and l.charge = movement.charge
    and l.kind = movement.kind and l.currency = movement.currency and not l.fee_due
    and l.subject = coalesce(
      (select d.processor_id from payments.disputes d
       where d.merchant = movement.merchant and d.mode = movement.mode and d.id = movement.source),
      movement.source)
  order by l.id
  limit 1
$$;

-- Payouts that a processor made and told of go on when it says so.
alter table payments.payouts
  add column processor text collate "C",
  add column processor_id text collate "C",
  add column automatic boolean not null default false,
  add constraint payouts_processor_fkey foreign key (merchant, mode, processor)
    references payments.processors (merchant, mode, id) not valid,
  add constraint named_by_its_processor check ((processor is null) = (processor_id is null)) not valid,
  drop constraint due_until_it_ends,
  add constraint due_until_it_ends
    check ((status in ('pending', 'in_transit') and processor is null) = (due_at is not null)) not valid;
create unique index payouts_of_processor on payments.payouts (processor, processor_id) where processor is not null;

grant select, insert, update (settled_until) on payments.processor_settlements to payments_app;
grant update (fee_due) on payments.settlement_lines to payments_app;
grant update (arrival_date) on payments.payouts to payments_app;
