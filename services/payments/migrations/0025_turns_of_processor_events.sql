-- What processors told is worked off tenant by tenant, and how much of one processor waits is counted. Both indexes hold
-- only what waits. The one by time alone stays for replicas of the version before.
create index processor_events_due_of_tenant on payments.processor_events (merchant, mode, due_at) where due_at is not null;
create index processor_events_due_of_processor on payments.processor_events (processor) where due_at is not null;

-- The secret of an endpoint that is not used any more can be taken away.
grant delete on payments.processor_webhooks to payments_app;
