-- A key found under an earlier pepper is hashed anew under the current one when it is used, so that earlier ones run dry.
grant update (hash, pepper_id) on auth.api_keys to auth_app;
