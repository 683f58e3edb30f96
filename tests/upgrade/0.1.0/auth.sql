-- The rows of schema auth as Micro 0.1.0 left them, written by scripts/snapshot.ts.

insert into auth.api_keys ("id", "merchant", "mode", "name", "hash", "pepper_id", "last_four", "created_by", "created_at", "last_used_at", "revoked_at") overriding system value values
  ('key_0Vc1gzpvusJTsfLeMV1zilnC', 'acct_0Vc1gznqpTVIudMzLyFLjNbv', 'test', 'test', E'\\x7709380d69fbe38c809cffdce9abc015291a49d29fc947202ee093a5d2bad363', 'pep_aaa1d615c6c5', 'RZml', 'usr_0Vc1gznqLLOSokcC4EfQgSaK', '2026-11-25 22:22:54.535+00', '2026-11-25 22:22:54.584+00', NULL),
  ('key_0Vc1gzqTiMrgRQUUyZ5xFgLz', 'acct_0Vc1gznqpTVIudMzLyFLjNbv', 'live', 'live', E'\\x54be758d1f6e23bc8a2e8ef3234e642c4f93ab47add3d91c4a548ee890e36147', 'pep_aaa1d615c6c5', 'solM', 'usr_0Vc1gznqLLOSokcC4EfQgSaK', '2026-11-25 22:22:54.569+00', '2026-11-25 22:22:55.167+00', NULL),
  ('key_0Vc1h021tou6QY29XO7yyjcd', 'acct_0Vc1h01Jud1sI6ErRkTXS6NS', 'test', 'test', E'\\x79ee1c3f52756785b1f0a08522e986fd8022e4b6cb82fd8e7c66f538a6535de7', 'pep_aaa1d615c6c5', '5YbF', 'usr_0Vc1h01JqRdDk9ZjPYWRYw5q', '2026-11-25 22:22:55.285+00', '2026-11-25 22:22:55.323+00', NULL),
  ('key_0Vc1h02PAtNBwtPTvUBbho7o', 'acct_0Vc1h01Jud1sI6ErRkTXS6NS', 'live', 'live', E'\\xe915a34a99290a720a94cbe3011186a120b94a0f523bad909df0ba512e110d51', 'pep_aaa1d615c6c5', 'uFTC', 'usr_0Vc1h01JqRdDk9ZjPYWRYw5q', '2026-11-25 22:22:55.309+00', '2026-11-25 22:22:55.557+00', NULL);

insert into auth.installation ("only_row", "operator_claimed_at") overriding system value values
  ('true', '2026-11-25 22:22:54.406+00');

insert into auth.login_sessions ("id", "user_id", "merchant", "created_at", "expires_at", "ended_at", "end_reason") overriding system value values
  ('ses_0Vc1gzpIHgEdrfO7plNWgn3d', 'usr_0Vc1gznqLLOSokcC4EfQgSaK', 'acct_0Vc1gznqpTVIudMzLyFLjNbv', '2026-11-25 22:22:54.496+00', '2026-12-25 22:22:54.496+00', NULL, NULL),
  ('ses_0Vc1h01jEfhcV5Pa3pXA9Qvg', 'usr_0Vc1h01JqRdDk9ZjPYWRYw5q', 'acct_0Vc1h01Jud1sI6ErRkTXS6NS', '2026-11-25 22:22:55.267+00', '2026-12-25 22:22:55.267+00', NULL, NULL);

insert into auth.merchants ("id", "owner", "default_currency", "created_at") overriding system value values
  ('acct_0Vc1gznqpTVIudMzLyFLjNbv', 'usr_0Vc1gznqLLOSokcC4EfQgSaK', 'usd', '2026-11-25 22:22:54.406+00'),
  ('acct_0Vc1h01Jud1sI6ErRkTXS6NS', 'usr_0Vc1h01JqRdDk9ZjPYWRYw5q', 'usd', '2026-11-25 22:22:55.241+00');

insert into auth.refresh_tokens ("hash", "session", "created_at", "expires_at", "used_at", "successor") overriding system value values
  (E'\\x6bc4077fe271d8c0658e395640adf8e12687ac743fddbc655e026b25519e325b', 'ses_0Vc1gzpIHgEdrfO7plNWgn3d', '2026-11-25 22:22:54.496+00', '2026-12-25 22:22:54.496+00', NULL, NULL),
  (E'\\xb821bbc05144482bc86deb3bd167dad2e7996320a554dbf56c42187bcef48ece', 'ses_0Vc1h01jEfhcV5Pa3pXA9Qvg', '2026-11-25 22:22:55.267+00', '2026-12-25 22:22:55.267+00', NULL, NULL);

insert into auth.users ("id", "email", "password_hash", "operator", "created_at", "password_changed_at") overriding system value values
  ('usr_0Vc1gznqLLOSokcC4EfQgSaK', 'ada@example.com', '$argon2id$v=19$m=19456,t=2,p=1$3DOh5DDxoQQgFtuXzwnyNw$vxJcNPug3PvhynzqEhtLEM1Stp6SCokBqFEnJonHkFw', 'true', '2026-11-25 22:22:54.406+00', '2026-11-25 22:22:54.406+00'),
  ('usr_0Vc1h01JqRdDk9ZjPYWRYw5q', 'grace@example.com', '$argon2id$v=19$m=19456,t=2,p=1$U/T/OajrKD5HTOW+RuMw3A$fh5CwUXeYS+zddmFTs5XgNOox2RQjbOoTrrehWS61ik', 'false', '2026-11-25 22:22:55.241+00', '2026-11-25 22:22:55.241+00');
