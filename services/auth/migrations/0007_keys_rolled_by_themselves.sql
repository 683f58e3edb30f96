-- Whether a key was made by the one it replaces, and not by a person: whoever stole a key may have made it, so that it ends
-- with the stolen one. Of keys made so far nobody knows, and they are left to people.
alter table auth.api_keys add column rolled_by_key boolean not null default false;
