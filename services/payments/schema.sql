-- Written by make schema from the migrations, for reading and for review. Not for running.

schema payments
  grant payments_app: usage

table payments.charges
  column id text collate "C" not null
  column merchant text collate "C" not null
  column mode text not null
  column payment_intent text collate "C" not null
  column amount numeric(38,0) not null
  column currency text not null
  column payment_method text collate "C" not null
  column status text not null
  column processor_id text collate "C"
  column failure_code text
  column decline_code text
  column failure_message text
  column failure_param text
  column advice_code text
  column fee numeric(38,0)
  column posting text not null default 'none'::text
  column posting_attempts integer not null default 0
  column posting_after timestamp with time zone
  column ledger_transaction text collate "C"
  column request_id text not null
  column idempotency_key text collate "C"
  column answer_status integer not null
  column leased_until timestamp with time zone not null
  column created_at timestamp with time zone not null
  column settled_at timestamp with time zone
  constraint charges_pkey PRIMARY KEY (id)
  constraint charges_merchant_mode_payment_intent_fkey FOREIGN KEY (merchant, mode, payment_intent) REFERENCES payments.payment_intents(merchant, mode, id)
  constraint charges_amount_check CHECK (amount > 0::numeric)
  constraint charges_answer_status_check CHECK (answer_status = ANY (ARRAY[200, 201]))
  constraint charges_currency_check CHECK (currency ~ '^[a-z]{3}$'::text)
  constraint charges_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  constraint charges_posting_check CHECK (posting = ANY (ARRAY['none'::text, 'due'::text, 'done'::text]))
  constraint charges_status_check CHECK (status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'failed'::text]))
  constraint failure_only_when_failed CHECK ((status = 'failed'::text) = (failure_code IS NOT NULL))
  constraint fee_only_when_succeeded CHECK ((status = 'succeeded'::text) = (fee IS NOT NULL))
  constraint fee_within_amount CHECK (fee >= 0::numeric AND fee <= amount)
  constraint posting_done_names_its_transaction CHECK ((posting = 'done'::text) = (ledger_transaction IS NOT NULL))
  constraint posting_due_names_its_time CHECK ((posting = 'due'::text) = (posting_after IS NOT NULL))
  constraint posting_only_when_succeeded CHECK ((status = 'succeeded'::text) = (posting <> 'none'::text))
  constraint settled_when_not_pending CHECK ((status = 'pending'::text) = (settled_at IS NULL))
  index CREATE INDEX charges_abandoned ON payments.charges USING btree (leased_until) WHERE (status = 'pending'::text)
  index CREATE INDEX charges_of_intent ON payments.charges USING btree (payment_intent)
  index CREATE UNIQUE INDEX charges_one_pending ON payments.charges USING btree (payment_intent) WHERE (status = 'pending'::text)
  index CREATE UNIQUE INDEX charges_one_succeeded ON payments.charges USING btree (payment_intent) WHERE (status = 'succeeded'::text)
  index CREATE INDEX charges_posting_due ON payments.charges USING btree (posting_after) WHERE (posting = 'due'::text)
  grant payments_app: insert, select
  grant payments_app: update (status, processor_id, failure_code, decline_code, failure_message, failure_param, advice_code, fee, posting, posting_attempts, posting_after, ledger_transaction, leased_until, settled_at)

table payments.idempotency_keys
  column merchant text collate "C" not null
  column mode text not null
  column key text collate "C" not null
  column fingerprint text not null
  column request_id text not null
  column created_at timestamp with time zone not null
  column leased_until timestamp with time zone
  column recovery_point text
  column status integer
  column body text
  constraint idempotency_keys_pkey PRIMARY KEY (merchant, mode, key)
  constraint idempotency_keys_check CHECK ((status IS NULL) = (body IS NULL))
  constraint idempotency_keys_key_check CHECK (length(key) >= 1 AND length(key) <= 255)
  constraint idempotency_keys_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  index CREATE INDEX idempotency_keys_created_at ON payments.idempotency_keys USING btree (created_at)
  grant payments_app: delete, insert, select, update

table payments.migrations
  column name text collate "C" not null
  column checksum text not null
  column applied_at timestamp with time zone not null default now()
  constraint migrations_pkey PRIMARY KEY (name)

table payments.outbox
  column id bigint not null generated always as identity
  column event_id text collate "C" not null
  column merchant text collate "C" not null
  column mode text not null
  column type text not null
  column created_at timestamp with time zone not null
  column request_id text
  column idempotency_key text
  column object json not null
  column acked_at timestamp with time zone
  constraint outbox_pkey PRIMARY KEY (id)
  constraint outbox_event_id_key UNIQUE (event_id)
  constraint outbox_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  index CREATE INDEX outbox_acknowledged ON payments.outbox USING btree (acked_at) WHERE (acked_at IS NOT NULL)
  index CREATE INDEX outbox_unacknowledged ON payments.outbox USING btree (id) WHERE (acked_at IS NULL)
  grant payments_app: delete, insert, select
  grant payments_app: update (acked_at)

sequence payments.outbox_id_seq

table payments.payment_intents
  column id text collate "C" not null
  column merchant text collate "C" not null
  column mode text not null
  column amount numeric(38,0) not null
  column amount_received numeric(38,0) not null default 0
  column currency text not null
  column status text not null
  column capture_method text not null
  column automatic_payment_methods jsonb
  column description text
  column metadata jsonb not null default '{}'::jsonb
  column payment_method text collate "C"
  column receipt_email text
  column statement_descriptor text
  column client_secret text not null
  column latest_charge text collate "C"
  column last_payment_error jsonb
  column cancellation_reason text
  column canceled_at timestamp with time zone
  column created_at timestamp with time zone not null
  constraint payment_intents_pkey PRIMARY KEY (id)
  constraint payment_intents_merchant_mode_id_key UNIQUE (merchant, mode, id)
  constraint canceled_at_names_its_time CHECK ((status = 'canceled'::text) = (canceled_at IS NOT NULL))
  constraint charge_while_needed CHECK ((status <> ALL (ARRAY['processing'::text, 'succeeded'::text])) OR latest_charge IS NOT NULL)
  constraint no_error_beside_success CHECK (status <> 'succeeded'::text OR last_payment_error IS NULL)
  constraint payment_intents_amount_check CHECK (amount > 0::numeric)
  constraint payment_intents_cancellation_reason_check CHECK (cancellation_reason = ANY (ARRAY['duplicate'::text, 'fraudulent'::text, 'requested_by_customer'::text, 'abandoned'::text]))
  constraint payment_intents_capture_method_check CHECK (capture_method = ANY (ARRAY['automatic'::text, 'automatic_async'::text]))
  constraint payment_intents_currency_check CHECK (currency ~ '^[a-z]{3}$'::text)
  constraint payment_intents_description_check CHECK (length(description) <= 1000)
  constraint payment_intents_metadata_check CHECK (jsonb_typeof(metadata) = 'object'::text)
  constraint payment_intents_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  constraint payment_intents_status_check CHECK (status = ANY (ARRAY['requires_payment_method'::text, 'requires_confirmation'::text, 'processing'::text, 'succeeded'::text, 'canceled'::text]))
  constraint payment_method_while_needed CHECK (
CASE
    WHEN status = 'requires_payment_method'::text THEN payment_method IS NULL
    WHEN status = ANY (ARRAY['requires_confirmation'::text, 'processing'::text, 'succeeded'::text]) THEN payment_method IS NOT NULL
    ELSE true
END)
  constraint reason_only_when_canceled CHECK (cancellation_reason IS NULL OR status = 'canceled'::text)
  constraint received_in_full_or_not_at_all CHECK (amount_received =
CASE
    WHEN status = 'succeeded'::text THEN amount
    ELSE 0::numeric
END)
  index CREATE INDEX payment_intents_newest_first ON payments.payment_intents USING btree (merchant, mode, created_at DESC, id DESC)
  grant payments_app: insert, select
  grant payments_app: update (amount_received, status, payment_method, receipt_email, latest_charge, last_payment_error, cancellation_reason, canceled_at)

table payments.simulator_charges
  column id text collate "C" not null
  column processor_id text collate "C" not null
  column amount numeric(38,0) not null
  column currency text not null
  column payment_method text collate "C" not null
  column outcome jsonb not null
  column created_at timestamp with time zone not null
  constraint simulator_charges_pkey PRIMARY KEY (id)
  constraint simulator_charges_processor_id_key UNIQUE (processor_id)
  constraint simulator_charges_amount_check CHECK (amount > 0::numeric)
  grant payments_app: insert, select
