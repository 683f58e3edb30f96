-- The login session of a browser is held by a cookie, of whose secret only the SHA-256 is here. It ends at expires_at as
-- any session does, which its use puts off, within a bound from when it was made.
alter table auth.login_sessions add column cookie_hash bytea unique check (length(cookie_hash) = 32);
