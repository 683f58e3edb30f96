-- The rows of schema ledger as Micro 0.1.0 left them, written by scripts/snapshot.ts.

insert into ledger.accounts ("lane", "book", "id", "merchant", "mode", "public_id", "name", "type", "currency", "system", "posted_credits", "posted_debits", "version", "metadata", "created_at") overriding system value values
  ('28', '2', '6', 'acct_0Vc1h01Jud1sI6ErRkTXS6NS', 'test', 'sys_processor_receivable_usd', 'Processor receivable', 'asset', 'usd', 'true', '0', '8003', '4', '{}', '2026-11-25 22:22:55.35+00'),
  ('28', '2', '7', 'acct_0Vc1h01Jud1sI6ErRkTXS6NS', 'test', 'sys_merchant_balance_usd', 'Merchant balance', 'liability', 'usd', 'true', '7651', '0', '4', '{}', '2026-11-25 22:22:55.35+00'),
  ('28', '2', '8', 'acct_0Vc1h01Jud1sI6ErRkTXS6NS', 'test', 'sys_fee_revenue_usd', 'Fee revenue', 'revenue', 'usd', 'true', '352', '0', '4', '{}', '2026-11-25 22:22:55.35+00'),
  ('28', '2', '9', 'acct_0Vc1h01Jud1sI6ErRkTXS6NS', 'test', 'acc_bank', 'Bank', 'asset', 'usd', 'false', '0', '4200', '1', '{}', '2026-11-25 22:22:55.533+00'),
  ('28', '2', '10', 'acct_0Vc1h01Jud1sI6ErRkTXS6NS', 'test', 'acc_sales', 'Sales', 'revenue', 'usd', 'false', '4200', '0', '1', '{}', '2026-11-25 22:22:55.538+00'),
  ('207', '1', '1', 'acct_0Vc1gznqpTVIudMzLyFLjNbv', 'test', 'sys_processor_receivable_usd', 'Processor receivable', 'asset', 'usd', 'true', '0', '8003', '4', '{}', '2026-11-25 22:22:54.718+00'),
  ('207', '1', '2', 'acct_0Vc1gznqpTVIudMzLyFLjNbv', 'test', 'sys_merchant_balance_usd', 'Merchant balance', 'liability', 'usd', 'true', '7651', '0', '4', '{}', '2026-11-25 22:22:54.718+00'),
  ('207', '1', '3', 'acct_0Vc1gznqpTVIudMzLyFLjNbv', 'test', 'sys_fee_revenue_usd', 'Fee revenue', 'revenue', 'usd', 'true', '352', '0', '4', '{}', '2026-11-25 22:22:54.718+00'),
  ('207', '1', '4', 'acct_0Vc1gznqpTVIudMzLyFLjNbv', 'test', 'acc_bank', 'Bank', 'asset', 'usd', 'false', '0', '4200', '1', '{}', '2026-11-25 22:22:55.125+00'),
  ('207', '1', '5', 'acct_0Vc1gznqpTVIudMzLyFLjNbv', 'test', 'acc_sales', 'Sales', 'revenue', 'usd', 'false', '4200', '0', '1', '{}', '2026-11-25 22:22:55.138+00');

insert into ledger.books ("lane", "id", "merchant", "mode", "last_seq", "last_recorded_at", "created_at") overriding system value values
  ('28', '2', 'acct_0Vc1h01Jud1sI6ErRkTXS6NS', 'test', '5', '2026-11-25 22:22:55.542+00', '2026-11-25 22:22:55.35+00'),
  ('207', '1', 'acct_0Vc1gznqpTVIudMzLyFLjNbv', 'test', '5', '2026-11-25 22:22:55.147+00', '2026-11-25 22:22:54.718+00');

insert into ledger.entries ("lane", "book", "seq", "leg", "account", "amount", "balance_after", "account_version") overriding system value values
  ('28', '2', '1', '1', '6', '-5000', '-5000', '1'),
  ('28', '2', '1', '2', '7', '4825', '4825', '1'),
  ('28', '2', '1', '3', '8', '175', '175', '1'),
  ('28', '2', '2', '1', '6', '-1000', '-6000', '2'),
  ('28', '2', '2', '2', '7', '941', '5766', '2'),
  ('28', '2', '2', '3', '8', '59', '234', '2'),
  ('28', '2', '3', '1', '6', '-1001', '-7001', '3'),
  ('28', '2', '3', '2', '7', '942', '6708', '3'),
  ('28', '2', '3', '3', '8', '59', '293', '3'),
  ('28', '2', '4', '1', '6', '-1002', '-8003', '4'),
  ('28', '2', '4', '2', '7', '943', '7651', '4'),
  ('28', '2', '4', '3', '8', '59', '352', '4'),
  ('28', '2', '5', '1', '9', '-4200', '-4200', '1'),
  ('28', '2', '5', '2', '10', '4200', '4200', '1'),
  ('207', '1', '1', '1', '1', '-5000', '-5000', '1'),
  ('207', '1', '1', '2', '2', '4825', '4825', '1'),
  ('207', '1', '1', '3', '3', '175', '175', '1'),
  ('207', '1', '2', '1', '1', '-1000', '-6000', '2'),
  ('207', '1', '2', '2', '2', '941', '5766', '2'),
  ('207', '1', '2', '3', '3', '59', '234', '2'),
  ('207', '1', '3', '1', '1', '-1001', '-7001', '3'),
  ('207', '1', '3', '2', '2', '942', '6708', '3'),
  ('207', '1', '3', '3', '3', '59', '293', '3'),
  ('207', '1', '4', '1', '1', '-1002', '-8003', '4'),
  ('207', '1', '4', '2', '2', '943', '7651', '4'),
  ('207', '1', '4', '3', '3', '59', '352', '4'),
  ('207', '1', '5', '1', '4', '-4200', '-4200', '1'),
  ('207', '1', '5', '2', '5', '4200', '4200', '1');

insert into ledger.transactions ("lane", "book", "seq", "id", "reference_id", "description", "currency", "entry_count", "fingerprint", "metadata", "created_at") overriding system value values
  ('28', '2', '1', 'ltx_0Vc1h038sLF2HaOe7NwO6K9J', 'micro:charge:ch_0Vc1h02qdTITKSSyfGHhlP2v', 'Payment pi_0Vc1h02ghjiptQV6orl1ORKs', 'usd', '3', E'\\x6362bde0c4831d2dedee63dd33a4df1dc248ff374b6a43338ed331c2b2fc63fa', '{"charge": "ch_0Vc1h02qdTITKSSyfGHhlP2v", "payment_intent": "pi_0Vc1h02ghjiptQV6orl1ORKs"}', '2026-11-25 22:22:55.35+00'),
  ('28', '2', '2', 'ltx_0Vc1h04g0FtcTuhmFjL3H85A', 'micro:charge:ch_0Vc1h04RevQuPlqZw2DgOvr0', 'Payment pi_0Vc1h04KzOj5sqPZEsMhCyUF', 'usd', '3', E'\\x1c58a76b28b97845fb5eb12c34b40a5305e89f9b1ca20dfef9b789a43b945cc8', '{"charge": "ch_0Vc1h04RevQuPlqZw2DgOvr0", "payment_intent": "pi_0Vc1h04KzOj5sqPZEsMhCyUF"}', '2026-11-25 22:22:55.447+00'),
  ('28', '2', '3', 'ltx_0Vc1h059ekyxHphvhedavdSx', 'micro:charge:ch_0Vc1h04w23DXNkWNo9ChW80N', 'Payment pi_0Vc1h04n0nQXNYBNeHVrD8OP', 'usd', '3', E'\\xad127183a0b82ae341fc84c9f257797d698fb81e40b9a548c713adeb3ac58a3c', '{"charge": "ch_0Vc1h04w23DXNkWNo9ChW80N", "payment_intent": "pi_0Vc1h04n0nQXNYBNeHVrD8OP"}', '2026-11-25 22:22:55.476+00'),
  ('28', '2', '4', 'ltx_0Vc1h05icS4VwKLBhWVWbAqh', 'micro:charge:ch_0Vc1h05bTe4xAY72u0FfyiwG', 'Payment pi_0Vc1h05LhH59uaxqvfdVyCoo', 'usd', '3', E'\\xb5ed1f001594da64948da29727d4446745267c581f46225a09e0f83f4e40d101', '{"charge": "ch_0Vc1h05bTe4xAY72u0FfyiwG", "payment_intent": "pi_0Vc1h05LhH59uaxqvfdVyCoo"}', '2026-11-25 22:22:55.513+00'),
  ('28', '2', '5', 'ltx_0Vc1h06BIwuF1V5Q4HB1LGPz', 'order-6735', 'Paid in cash', 'usd', '2', E'\\x630f0f1e7468007ab142b6e8224714be85783b9f58e35b37fef5674e76f8f282', '{}', '2026-11-25 22:22:55.542+00'),
  ('207', '1', '1', 'ltx_0Vc1gzsz6GPQdhRy05iMaynR', 'micro:charge:ch_0Vc1gzsEYQvaoh0VcqFDicoc', 'Payment pi_0Vc1gzqubX4katIPjr4kpQRs', 'usd', '3', E'\\x98322295c36665ff88c2ff291c1596b96fb11d91204680c3e1c97267f5696417', '{"charge": "ch_0Vc1gzsEYQvaoh0VcqFDicoc", "payment_intent": "pi_0Vc1gzqubX4katIPjr4kpQRs"}', '2026-11-25 22:22:54.718+00'),
  ('207', '1', '2', 'ltx_0Vc1gzxPLQwHhkHG4cn8LEr6', 'micro:charge:ch_0Vc1gzx3bFdO7rdnz0ifYXk9', 'Payment pi_0Vc1gzwfwrcHIR6zQ4Kfm8Q9', 'usd', '3', E'\\x4ece3181dcf2028b27b9feb9cac450b7be18d32b882b1623af3247c6c879d12e', '{"charge": "ch_0Vc1gzx3bFdO7rdnz0ifYXk9", "payment_intent": "pi_0Vc1gzwfwrcHIR6zQ4Kfm8Q9"}', '2026-11-25 22:22:54.991+00'),
  ('207', '1', '3', 'ltx_0Vc1gzyHTn1Q6oJTNllbloU1', 'micro:charge:ch_0Vc1gzxsL1FLWRVxHNcejWpv', 'Payment pi_0Vc1gzxiuDltGEvaPtbTW9y0', 'usd', '3', E'\\x793e48d9b105c14e7142a631df7de78dc7a324acd350ff0d8e7d318b90f81e1b', '{"charge": "ch_0Vc1gzxsL1FLWRVxHNcejWpv", "payment_intent": "pi_0Vc1gzxiuDltGEvaPtbTW9y0"}', '2026-11-25 22:22:55.052+00'),
  ('207', '1', '4', 'ltx_0Vc1gzzDAVAQNlSuf3tS0WCi', 'micro:charge:ch_0Vc1gzyvuPpbt2f89lpmYE3K', 'Payment pi_0Vc1gzyY2ZW464Vq2LsFLbFH', 'usd', '3', E'\\x256da84c653a116e374239bb4b29a25fa61e28759a7bb6fbea1d63e791551668', '{"charge": "ch_0Vc1gzyvuPpbt2f89lpmYE3K", "payment_intent": "pi_0Vc1gzyY2ZW464Vq2LsFLbFH"}', '2026-11-25 22:22:55.106+00'),
  ('207', '1', '5', 'ltx_0Vc1gzzoXLarIoNmVqHEADHL', 'order-6735', 'Paid in cash', 'usd', '2', E'\\x630f0f1e7468007ab142b6e8224714be85783b9f58e35b37fef5674e76f8f282', '{}', '2026-11-25 22:22:55.147+00');

select setval('ledger.accounts_id_seq', 10);
select setval('ledger.books_id_seq', 2);
