-- What a device gets that is let in: a key for test mode, as Stripe's command line does, or a login session, as Micro's.
alter table auth.pairings add column gives text not null default 'key' check (gives in ('key', 'session'));
