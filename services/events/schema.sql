-- Written by make schema from the migrations, for reading and for review. Not for running.

schema events
  grant events_app: usage

table events.dead_letters
  column source text collate "C" not null
  column position text collate "C" not null
  column event_id text collate "C" not null
  column reason text not null
  column content text not null
  column put_aside_at timestamp with time zone not null default now()
  constraint dead_letters_pkey PRIMARY KEY (source, "position", event_id)
  grant events_app: insert, select

table events.events
  column merchant text collate "C" not null
  column mode text collate "C" not null
  column seq bigint not null
  column id text collate "C" not null
  column type text collate "C" not null
  column api_version text not null
  column created_at timestamp with time zone not null
  column request_id text
  column idempotency_key text
  column object json not null
  column source text collate "C" not null
  column stored_at timestamp with time zone not null default now()
  constraint events_pkey PRIMARY KEY (merchant, mode, seq)
  constraint events_id_key UNIQUE (id)
  constraint events_id_check CHECK (id ~ '^evt_[0-9A-Za-z]{1,60}$'::text)
  constraint events_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  constraint events_object_check CHECK (json_typeof(object) = 'object'::text)
  constraint events_seq_check CHECK (seq > 0)
  constraint events_type_check CHECK (type ~ '^[a-z_]+(\.[a-z_]+)+$'::text)
  index CREATE INDEX events_of_type ON events.events USING btree (merchant, mode, type, seq)
  grant events_app: insert, select

table events.heads
  column merchant text collate "C" not null
  column mode text collate "C" not null
  column last_seq bigint not null
  constraint heads_pkey PRIMARY KEY (merchant, mode)
  constraint heads_last_seq_check CHECK (last_seq > 0)
  constraint heads_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  grant events_app: insert, select
  grant events_app: update (last_seq)

table events.migrations
  column name text collate "C" not null
  column checksum text not null
  column applied_at timestamp with time zone not null default now()
  constraint migrations_pkey PRIMARY KEY (name)

table events.sources
  column name text collate "C" not null
  column holder text collate "C" not null
  column leased_until timestamp with time zone not null
  column epoch bigint not null
  constraint sources_pkey PRIMARY KEY (name)
  constraint sources_epoch_check CHECK (epoch > 0)
  grant events_app: insert, select
  grant events_app: update (holder, leased_until, epoch)
