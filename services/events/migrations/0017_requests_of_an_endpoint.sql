-- Requests know their endpoint, so that what came of those of one in a stretch of time is read by itself: an index has all
-- that is asked, in the order of time. What was requested before belongs to whom its delivery does.
alter table events.delivery_attempts add column endpoint text collate "C";
update events.delivery_attempts attempt set endpoint = delivery.endpoint
from events.deliveries delivery
where delivery.merchant = attempt.merchant and delivery.mode = attempt.mode and delivery.id = attempt.delivery;
create index delivery_attempts_of_endpoint on events.delivery_attempts (merchant, mode, endpoint, started_at)
  include (status, duration_ms);
