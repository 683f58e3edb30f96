-- What waits to be done is found tenant by tenant, so that however much waits of one keeps nobody else's from its turn.
-- Each takes the place of an index by time alone, so that a write costs what it did.
create index charges_pending_of_tenant on payments.charges (merchant, mode, leased_until) where status = 'pending';
create index captures_pending_of_tenant on payments.captures (merchant, mode, leased_until) where status = 'pending';
create index refunds_pending_of_tenant on payments.refunds (merchant, mode, leased_until) where status = 'pending';
create index voids_due_of_tenant on payments.voids (merchant, mode, due_at) where due_at is not null;
create index dispute_messages_due_of_tenant on payments.dispute_messages (merchant, mode, due_at)
  where due_at is not null;
create index movements_due_of_tenant on payments.movements (merchant, mode, posting_after) where posting = 'due';

drop index payments.charges_abandoned;
drop index payments.captures_abandoned;
drop index payments.refunds_unsettled;
drop index payments.voids_due;
drop index payments.dispute_messages_due;
drop index payments.movements_posting_due;
