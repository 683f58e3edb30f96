-- While an upgrade is under way, processes of the version before still make keys, and name no scopes: all of theirs may do
-- everything. Without this default their inserts would fail until the last of them is replaced. No restricted key gets
-- more by it: one that is stored with '*' does not count.
alter table auth.api_keys alter column scopes set default '{*}';
