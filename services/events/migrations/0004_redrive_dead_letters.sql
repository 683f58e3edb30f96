-- A name to call each by, in the order in which they were put aside, and when it became an event after all.
alter table events.dead_letters
  add column number bigint generated always as identity,
  add column redriven_at timestamptz;
alter table events.dead_letters add constraint number_names_one_letter unique (number);

grant update (redriven_at) on events.dead_letters to events_app;
