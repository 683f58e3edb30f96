-- Background work that failed, or that could not be done when its turn came: how often, and when it is tried again. A row
-- is there only while that lasts. Nothing else is kept of it: what went wrong stands in the log under the item's id.
create table payments.setbacks (
  work text not null check (length(work) between 1 and 40),
  item text collate "C" not null check (length(item) between 1 and 200),
  merchant text collate "C" not null,
  mode text not null check (mode in ('test', 'live')),
  attempts int not null check (attempts > 0),
  -- Not tried again before.
  after timestamptz not null,
  since timestamptz not null,
  primary key (work, item)
);
create index setbacks_after on payments.setbacks (after);

grant select, insert, update, delete on payments.setbacks to payments_app;
