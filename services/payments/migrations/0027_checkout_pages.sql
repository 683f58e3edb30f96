-- The page of a processor on which a session of live mode is paid. What it takes is a charge whose name is given out before
-- the page is made: it stands on the payment there from its beginning, so that everything told of it later is found here.
create table payments.checkout_pages (
  session text collate "C" primary key,
  merchant text collate "C" not null,
  mode text not null check (mode = 'live'),
  processor text collate "C" not null,
  charge text collate "C" not null unique check (charge ~ '^ch_'),
  -- Who was asked before and would make none.
  refused_by text[] not null default '{}',
  -- As what it is known there, and where buyers find it; null until its processor has told.
  processor_id text collate "C" check (length(processor_id) <= 255),
  url text check (length(url) <= 8192),
  request_id text not null,
  looks int not null default 0,
  looked_at timestamptz,
  -- When somebody is to see to it next, and until when it is somebody's who does; null once its session ended.
  due_at timestamptz,
  created_at timestamptz not null,
  foreign key (merchant, mode, session) references payments.checkout_sessions (merchant, mode, id),
  foreign key (merchant, mode, processor) references payments.processors (merchant, mode, id),
  constraint known_page_has_an_address check ((processor_id is null) = (url is null))
);
create unique index checkout_pages_there on payments.checkout_pages (processor, processor_id)
  where processor_id is not null;
create index checkout_pages_due_of_tenant on payments.checkout_pages (merchant, mode, due_at) where due_at is not null;

-- A session is paid on one page, and what that takes is one charge: neither is another later.
create function payments.keep_checkout_page() returns trigger language plpgsql set search_path = '' as $$
begin
  if (new.session, new.merchant, new.mode, new.charge) is distinct from (old.session, old.merchant, old.mode, old.charge)
    or (old.processor_id is not null
      and (new.processor, new.processor_id, new.url) is distinct from (old.processor, old.processor_id, old.url)) then
    raise exception 'the page of checkout session % stays the one it is', old.session using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger keep_checkout_page before update on payments.checkout_pages
  for each row execute function payments.keep_checkout_page();
alter table payments.checkout_pages enable always trigger keep_checkout_page;
revoke execute on function payments.keep_checkout_page() from public;

grant select, insert, update (processor, refused_by, processor_id, url, looks, looked_at, due_at)
  on payments.checkout_pages to payments_app;

-- Which of them a session was asked to take.
alter table payments.checkout_sessions add column allowed_payment_method_types text[];
