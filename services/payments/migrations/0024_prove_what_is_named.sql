-- Reads these tables and locks nobody out: what the migration before states holds of every row.
alter table payments.refunds validate constraint refunds_payment_intent_fkey;
alter table payments.checkout_sessions validate constraint checkout_sessions_customer_fkey;
alter table payments.checkout_sessions validate constraint checkout_sessions_payment_intent_fkey;
alter table payments.checkout_sessions validate constraint checkout_sessions_setup_intent_fkey;
