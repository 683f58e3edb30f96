-- The session from which a device was let in: what it was let in for is given out only while that session lives. Null where
-- a password let it in. No reference: sessions that are over are deleted, and one that is gone is as good as ended.
alter table auth.pairings add column approved_session text collate "C"
  check (approved_session is null or approved_at is not null);

grant update (approved_session) on auth.pairings to auth_app;
