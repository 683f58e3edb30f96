-- An event is looked up by what it tells of: by the object itself, and by the payment or the customer to whom that belongs.
-- They stand beside the object, since reading them out of it anew costs more than all else of storing an event.
alter table events.events
  add column object_id text collate "C",
  add column payment_intent text collate "C",
  add column customer text collate "C";

-- What an object says under a name, if that may be an id. What PostgreSQL cannot read as text (NUL, halves of surrogate
-- pairs) is none.
create function pg_temp.id_in(told json, name text) returns text language sql immutable as $$
  select case when json_typeof(object -> name) = 'string' and length(object ->> name) between 1 and 255 then object ->> name end
  from (
    select case
      when told::text ~* '\\u(0000|d[89a-f])' then null
      when json_typeof(told -> 'object') = 'object' and json_typeof(told -> 'previous_attributes') = 'object' then told -> 'object'
      else told
    end as object
  ) as readable
$$;
update events.events set
  object_id = pg_temp.id_in(object, 'id'),
  payment_intent = pg_temp.id_in(object, 'payment_intent'),
  customer = pg_temp.id_in(object, 'customer');

create index events_of_object on events.events (merchant, mode, object_id, seq) where object_id is not null;
create index events_of_payment on events.events (merchant, mode, payment_intent, seq) where payment_intent is not null;
create index events_of_customer on events.events (merchant, mode, customer, seq) where customer is not null;
alter index events.events_rest_merchant_mode_object_id_seq_idx rename to events_rest_of_object;
alter index events.events_rest_merchant_mode_payment_intent_seq_idx rename to events_rest_of_payment;
alter index events.events_rest_merchant_mode_customer_seq_idx rename to events_rest_of_customer;
