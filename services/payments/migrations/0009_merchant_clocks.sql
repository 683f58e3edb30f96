-- How far a merchant's clock was put ahead of the real one, in test mode; it only goes forward. Without a row: not at all.
create table payments.merchant_clocks (
  merchant text collate "C" not null,
  mode text not null check (mode = 'test'),
  ahead_seconds int not null default 0 check (ahead_seconds >= 0),
  primary key (merchant, mode)
);
grant select, insert, update (ahead_seconds) on payments.merchant_clocks to payments_app;
