-- The login session of a browser is held by a cookie, of whose secret only the SHA-256 is here. It ends at expires_at as
-- any session does, which its use puts off, within a bound from when it was made.
alter table auth.login_sessions add column cookie_hash bytea unique check (length(cookie_hash) = 32);

-- Whether others could listen when the secret was handed out: it is then none for what is asked over TLS.
alter table auth.login_sessions add column in_clear boolean not null default false
  check (not in_clear or cookie_hash is not null);
