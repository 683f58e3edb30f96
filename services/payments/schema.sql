-- Written by make schema from the migrations, for reading and for review. Not for running.

schema payments
  grant payments_app: usage

table payments.audited_acts
  column id text collate "C" not null
  column merchant text collate "C" not null
  column mode text not null
  column action text not null
  column actor_kind text not null
  column actor text collate "C" not null
  column subject text collate "C" not null
  column client_ip text
  column request_id text not null
  column detail jsonb not null
  column attempts integer not null default 0
  column created_at timestamp with time zone not null
  column due_at timestamp with time zone
  column told_at timestamp with time zone
  constraint audited_acts_pkey PRIMARY KEY (id)
  constraint audited_acts_action_check CHECK (action ~ '^[a-z_]+\.[a-z_]+$'::text)
  constraint audited_acts_actor_kind_check CHECK (actor_kind = ANY (ARRAY['user'::text, 'api_key'::text]))
  constraint audited_acts_client_ip_check CHECK (length(client_ip) <= 64)
  constraint audited_acts_detail_check CHECK (jsonb_typeof(detail) = 'object'::text)
  constraint audited_acts_id_check CHECK (id ~ '^aud_'::text)
  constraint audited_acts_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  constraint due_until_told CHECK ((due_at IS NULL) = (told_at IS NOT NULL))
  index CREATE INDEX audited_acts_due ON payments.audited_acts USING btree (due_at) WHERE (due_at IS NOT NULL)
  grant payments_app: insert, select
  grant payments_app: update (attempts, due_at, told_at)

table payments.balance_draws
  column merchant text collate "C" not null
  column mode text not null
  column currency text not null
  column drawn numeric(38,0) not null
  constraint balance_draws_pkey PRIMARY KEY (merchant, mode, currency)
  constraint balance_draws_drawn_check CHECK (drawn <= 0::numeric)
  constraint balance_draws_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  grant payments_app: insert, select
  grant payments_app: update (drawn)

table payments.balance_looks
  column merchant text collate "C" not null
  column mode text not null
  column told_until timestamp with time zone not null
  column asked bigint not null default 0
  column answered bigint not null default 0
  column look_at timestamp with time zone not null
  constraint balance_looks_pkey PRIMARY KEY (merchant, mode)
  constraint balance_looks_check CHECK (answered >= 0 AND answered <= asked)
  constraint balance_looks_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  index CREATE INDEX balance_looks_due ON payments.balance_looks USING btree (look_at)
  grant payments_app: select
  grant payments_app: update (told_until, answered, look_at)

table payments.captures
  column charge text collate "C" not null
  column merchant text collate "C" not null
  column mode text not null
  column payment_intent text collate "C" not null
  column amount numeric(38,0) not null
  column status text not null
  column request_id text not null
  column idempotency_key text collate "C"
  column answer_status integer not null
  column answer_with text not null
  column processing_told boolean not null default false
  column leased_until timestamp with time zone not null
  column created_at timestamp with time zone not null
  column settled_at timestamp with time zone
  constraint captures_pkey PRIMARY KEY (charge)
  constraint captures_merchant_mode_charge_fkey FOREIGN KEY (merchant, mode, charge) REFERENCES payments.charges(merchant, mode, id)
  constraint captures_amount_check CHECK (amount > 0::numeric)
  constraint captures_answer_status_check CHECK (answer_status = ANY (ARRAY[200, 201]))
  constraint captures_answer_with_check CHECK (answer_with = ANY (ARRAY['payment_intent'::text, 'charge'::text]))
  constraint captures_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  constraint captures_status_check CHECK (status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'failed'::text]))
  constraint settled_when_not_pending CHECK ((status = 'pending'::text) = (settled_at IS NULL))
  index CREATE INDEX captures_pending_of_tenant ON payments.captures USING btree (merchant, mode, leased_until) WHERE (status = 'pending'::text)
  trigger always: CREATE TRIGGER keep_capture BEFORE UPDATE ON payments.captures FOR EACH ROW EXECUTE FUNCTION payments.keep_capture()
  grant payments_app: insert, select
  grant payments_app: update (status, processing_told, leased_until, settled_at)

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
  column balance_transaction text collate "C"
  column capture_method text not null default 'automatic'::text
  column captured boolean not null default false
  column amount_captured numeric(38,0) not null default 0
  column amount_refunded numeric(38,0) not null default 0
  column capture_before timestamp with time zone
  column released_at timestamp with time zone
  column customer text collate "C"
  column off_session boolean not null default false
  column authenticated boolean not null default false
  column set_up boolean not null default false
  column processor_method text collate "C"
  column payment_method_details json
  column billing_details json
  column outcome json
  column description text
  column metadata jsonb
  column receipt_email text
  column shipping json
  column fraud_details json
  column statement_descriptor text
  column statement_descriptor_suffix text
  column transfer_group text
  column answer_with text not null default 'payment_intent'::text
  column processing_told boolean not null default false
  column disputed boolean not null default false
  column processor text collate "C"
  constraint charges_pkey PRIMARY KEY (id)
  constraint charges_of_one_merchant UNIQUE (id, merchant, mode)
  constraint charges_merchant_mode_payment_intent_fkey FOREIGN KEY (merchant, mode, payment_intent) REFERENCES payments.payment_intents(merchant, mode, id)
  constraint charges_processor_fkey FOREIGN KEY (merchant, mode, processor) REFERENCES payments.processors(merchant, mode, id)
  index CREATE INDEX charges_authorised ON payments.charges USING btree (merchant, mode, capture_before) WHERE ((status = 'succeeded'::text) AND (NOT captured) AND (released_at IS NULL))
  index CREATE INDEX charges_expiring ON payments.charges USING btree (capture_before) WHERE ((status = 'succeeded'::text) AND (NOT captured) AND (released_at IS NULL))
  index CREATE INDEX charges_newest_first ON payments.charges USING btree (merchant, mode, created_at DESC, id DESC)
  index CREATE INDEX charges_of_customer ON payments.charges USING btree (merchant, mode, customer, created_at DESC, id DESC) WHERE (customer IS NOT NULL)
  index CREATE INDEX charges_of_intent ON payments.charges USING btree (payment_intent)
  index CREATE UNIQUE INDEX charges_one_pending ON payments.charges USING btree (payment_intent) WHERE (status = 'pending'::text)
  index CREATE UNIQUE INDEX charges_one_succeeded ON payments.charges USING btree (payment_intent) WHERE (status = 'succeeded'::text)
  index CREATE INDEX charges_pending_of_tenant ON payments.charges USING btree (merchant, mode, leased_until) WHERE (status = 'pending'::text)
  index CREATE INDEX charges_posting_due ON payments.charges USING btree (posting_after) WHERE (posting = 'due'::text)
  trigger CREATE TRIGGER capture_what_succeeds BEFORE INSERT OR UPDATE ON payments.charges FOR EACH ROW EXECUTE FUNCTION payments.capture_what_succeeds()
  trigger CREATE TRIGGER charges_record_movement BEFORE UPDATE OF posting ON payments.charges FOR EACH ROW WHEN (new.posting = 'due'::text AND old.posting = 'none'::text) EXECUTE FUNCTION payments.record_movement_of_charge()
  trigger always: CREATE TRIGGER keep_charge BEFORE INSERT OR UPDATE ON payments.charges FOR EACH ROW EXECUTE FUNCTION payments.keep_charge()
  grant payments_app: insert, select
  grant payments_app: update (status, processor_id, failure_code, decline_code, failure_message, failure_param, advice_code, fee, posting, posting_attempts, posting_after, ledger_transaction, leased_until, settled_at, balance_transaction, captured, amount_captured, capture_before, released_at, payment_method_details, outcome, description, metadata, receipt_email, shipping, fraud_details, statement_descriptor, statement_descriptor_suffix, transfer_group, processing_told, disputed)

table payments.checkout_line_items
  column merchant text collate "C" not null
  column mode text not null
  column session text collate "C" not null
  column position integer not null
  column id text collate "C" not null
  column description text not null
  column price jsonb not null
  column amount numeric(38,0) not null
  column quantity integer not null
  constraint checkout_line_items_pkey PRIMARY KEY (merchant, mode, session, "position")
  constraint checkout_line_items_id_key UNIQUE (id)
  constraint checkout_line_items_merchant_mode_session_fkey FOREIGN KEY (merchant, mode, session) REFERENCES payments.checkout_sessions(merchant, mode, id)
  constraint checkout_line_items_amount_check CHECK (amount >= 0::numeric)
  constraint checkout_line_items_position_check CHECK ("position" >= 1 AND "position" <= 100)
  constraint checkout_line_items_price_check CHECK (jsonb_typeof(price) = 'object'::text)
  constraint checkout_line_items_quantity_check CHECK (quantity >= 1)
  grant payments_app: insert, select

table payments.checkout_pages
  column session text collate "C" not null
  column merchant text collate "C" not null
  column mode text not null
  column processor text collate "C" not null
  column charge text collate "C" not null
  column refused_by text[] not null default '{}'::text[]
  column processor_id text collate "C"
  column url text
  column request_id text not null
  column looks integer not null default 0
  column looked_at timestamp with time zone
  column due_at timestamp with time zone
  column created_at timestamp with time zone not null
  constraint checkout_pages_pkey PRIMARY KEY (session)
  constraint checkout_pages_charge_key UNIQUE (charge)
  constraint checkout_pages_merchant_mode_processor_fkey FOREIGN KEY (merchant, mode, processor) REFERENCES payments.processors(merchant, mode, id)
  constraint checkout_pages_merchant_mode_session_fkey FOREIGN KEY (merchant, mode, session) REFERENCES payments.checkout_sessions(merchant, mode, id)
  constraint checkout_pages_charge_check CHECK (charge ~ '^ch_'::text)
  constraint checkout_pages_mode_check CHECK (mode = 'live'::text)
  constraint checkout_pages_processor_id_check CHECK (length(processor_id) <= 255)
  constraint checkout_pages_url_check CHECK (length(url) <= 8192)
  constraint known_page_has_an_address CHECK ((processor_id IS NULL) = (url IS NULL))
  index CREATE INDEX checkout_pages_due_of_tenant ON payments.checkout_pages USING btree (merchant, mode, due_at) WHERE (due_at IS NOT NULL)
  index CREATE UNIQUE INDEX checkout_pages_there ON payments.checkout_pages USING btree (processor, processor_id) WHERE (processor_id IS NOT NULL)
  trigger always: CREATE TRIGGER keep_checkout_page BEFORE UPDATE ON payments.checkout_pages FOR EACH ROW EXECUTE FUNCTION payments.keep_checkout_page()
  grant payments_app: insert, select
  grant payments_app: update (processor, refused_by, processor_id, url, looks, looked_at, due_at)

table payments.checkout_sessions
  column id text collate "C" not null
  column merchant text collate "C" not null
  column mode text not null
  column purpose text not null
  column status text not null
  column currency text
  column amount_total numeric(38,0)
  column customer text collate "C"
  column customer_creation text
  column customer_email text
  column buyer_email text
  column buyer_name text
  column client_reference_id text
  column locale text
  column submit_type text
  column metadata jsonb not null
  column intent_data jsonb not null
  column payment_intent text collate "C"
  column setup_intent text collate "C"
  column success_url text not null
  column cancel_url text
  column url text not null
  column expires_at timestamp with time zone not null
  column completed_at timestamp with time zone
  column created_at timestamp with time zone not null
  column allowed_payment_method_types text[]
  constraint checkout_sessions_pkey PRIMARY KEY (id)
  constraint checkout_sessions_merchant_mode_id_key UNIQUE (merchant, mode, id)
  constraint checkout_sessions_customer_fkey FOREIGN KEY (merchant, mode, customer) REFERENCES payments.customers(merchant, mode, id)
  constraint checkout_sessions_payment_intent_fkey FOREIGN KEY (merchant, mode, payment_intent) REFERENCES payments.payment_intents(merchant, mode, id)
  constraint checkout_sessions_setup_intent_fkey FOREIGN KEY (merchant, mode, setup_intent) REFERENCES payments.setup_intents(merchant, mode, id)
  constraint checkout_sessions_amount_total_check CHECK (amount_total >= 0::numeric)
  constraint checkout_sessions_currency_check CHECK (currency ~ '^[a-z]{3}$'::text)
  constraint checkout_sessions_intent_data_check CHECK (jsonb_typeof(intent_data) = 'object'::text)
  constraint checkout_sessions_metadata_check CHECK (jsonb_typeof(metadata) = 'object'::text)
  constraint checkout_sessions_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  constraint checkout_sessions_purpose_check CHECK (purpose = ANY (ARRAY['payment'::text, 'setup'::text]))
  constraint checkout_sessions_status_check CHECK (status = ANY (ARRAY['open'::text, 'complete'::text, 'expired'::text]))
  constraint complete_names_its_intent CHECK (status <> 'complete'::text OR purpose = 'payment'::text AND payment_intent IS NOT NULL OR purpose = 'setup'::text AND setup_intent IS NOT NULL)
  constraint complete_names_its_time CHECK ((status = 'complete'::text) = (completed_at IS NOT NULL))
  constraint payment_names_its_amount CHECK ((purpose = 'payment'::text) = (amount_total IS NOT NULL AND currency IS NOT NULL))
  index CREATE INDEX checkout_sessions_begun ON payments.checkout_sessions USING btree (id) WHERE ((status = 'open'::text) AND ((payment_intent IS NOT NULL) OR (setup_intent IS NOT NULL)))
  index CREATE INDEX checkout_sessions_expiring ON payments.checkout_sessions USING btree (expires_at) WHERE (status = 'open'::text)
  index CREATE INDEX checkout_sessions_newest_first ON payments.checkout_sessions USING btree (merchant, mode, created_at DESC, id DESC)
  index CREATE UNIQUE INDEX checkout_sessions_of_intent ON payments.checkout_sessions USING btree (payment_intent) WHERE (payment_intent IS NOT NULL)
  index CREATE UNIQUE INDEX checkout_sessions_of_setup ON payments.checkout_sessions USING btree (setup_intent) WHERE (setup_intent IS NOT NULL)
  trigger CREATE TRIGGER checkout_sessions_keep BEFORE UPDATE ON payments.checkout_sessions FOR EACH ROW EXECUTE FUNCTION payments.keep_checkout_session()
  grant payments_app: insert, select
  grant payments_app: update (status, customer, buyer_email, buyer_name, metadata, payment_intent, setup_intent, completed_at)

table payments.customers
  column id text collate "C" not null
  column merchant text collate "C" not null
  column mode text not null
  column name text
  column email text
  column phone text
  column description text
  column address jsonb
  column shipping jsonb
  column metadata jsonb not null default '{}'::jsonb
  column preferred_locales text[] not null default '{}'::text[]
  column tax_exempt text not null default 'none'::text
  column invoice_custom_fields jsonb
  column invoice_footer text
  column default_payment_method text collate "C"
  column default_source text collate "C"
  column created_at timestamp with time zone not null
  column deleted_at timestamp with time zone
  constraint customers_pkey PRIMARY KEY (id)
  constraint customers_merchant_mode_id_key UNIQUE (merchant, mode, id)
  constraint customers_default_payment_method_fkey FOREIGN KEY (merchant, mode, default_payment_method) REFERENCES payments.payment_methods(merchant, mode, id)
  constraint customers_default_source_fkey FOREIGN KEY (merchant, mode, default_source) REFERENCES payments.payment_methods(merchant, mode, id)
  constraint customers_description_check CHECK (length(description) <= 5000)
  constraint customers_email_check CHECK (length(email) <= 512)
  constraint customers_metadata_check CHECK (jsonb_typeof(metadata) = 'object'::text)
  constraint customers_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  constraint customers_name_check CHECK (length(name) <= 256)
  constraint customers_phone_check CHECK (length(phone) <= 20)
  constraint customers_tax_exempt_check CHECK (tax_exempt = ANY (ARRAY['none'::text, 'exempt'::text, 'reverse'::text]))
  constraint nothing_left_of_the_deleted CHECK (deleted_at IS NULL OR num_nonnulls(name, email, phone, description, address, shipping, invoice_custom_fields, invoice_footer, default_payment_method, default_source) = 0 AND metadata = '{}'::jsonb AND preferred_locales = '{}'::text[])
  index CREATE INDEX customers_by_email ON payments.customers USING btree (merchant, mode, email, created_at DESC, id DESC) WHERE ((deleted_at IS NULL) AND (email IS NOT NULL))
  index CREATE INDEX customers_newest_first ON payments.customers USING btree (merchant, mode, created_at DESC, id DESC) WHERE (deleted_at IS NULL)
  grant payments_app: insert, select
  grant payments_app: update (name, email, phone, description, address, shipping, metadata, preferred_locales, tax_exempt, invoice_custom_fields, invoice_footer, default_payment_method, default_source, deleted_at)

table payments.dispute_messages
  column dispute text collate "C" not null
  column kind text not null
  column merchant text collate "C" not null
  column mode text not null
  column processor_dispute text collate "C" not null
  column texts jsonb not null
  column attempts integer not null default 0
  column due_at timestamp with time zone
  column created_at timestamp with time zone not null
  column sent_at timestamp with time zone
  constraint dispute_messages_pkey PRIMARY KEY (dispute, kind)
  constraint dispute_messages_merchant_mode_dispute_fkey FOREIGN KEY (merchant, mode, dispute) REFERENCES payments.disputes(merchant, mode, id)
  constraint dispute_messages_kind_check CHECK (kind = ANY (ARRAY['evidence'::text, 'acceptance'::text]))
  constraint dispute_messages_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  constraint dispute_messages_texts_check CHECK (jsonb_typeof(texts) = 'array'::text)
  constraint due_until_sent CHECK ((due_at IS NULL) = (sent_at IS NOT NULL))
  index CREATE INDEX dispute_messages_due_of_tenant ON payments.dispute_messages USING btree (merchant, mode, due_at) WHERE (due_at IS NOT NULL)
  grant payments_app: insert, select
  grant payments_app: update (texts, attempts, due_at, created_at, sent_at)

table payments.disputes
  column id text collate "C" not null
  column merchant text collate "C" not null
  column mode text not null
  column processor_id text collate "C" not null
  column charge text collate "C" not null
  column payment_intent text collate "C" not null
  column amount numeric(38,0) not null
  column fee numeric(38,0) not null
  column currency text not null
  column reason text not null
  column inquiry boolean not null
  column status text not null
  column evidence jsonb not null default '{}'::jsonb
  column submission_count integer not null default 0
  column metadata jsonb not null default '{}'::jsonb
  column due_by timestamp with time zone not null
  column created_at timestamp with time zone not null
  column closed_at timestamp with time zone
  constraint disputes_pkey PRIMARY KEY (id)
  constraint disputes_merchant_mode_id_key UNIQUE (merchant, mode, id)
  constraint disputes_processor_id_key UNIQUE (processor_id)
  constraint disputes_merchant_mode_charge_fkey FOREIGN KEY (merchant, mode, charge) REFERENCES payments.charges(merchant, mode, id)
  constraint closed_names_its_time CHECK ((status = ANY (ARRAY['warning_closed'::text, 'won'::text, 'lost'::text])) = (closed_at IS NOT NULL))
  constraint disputes_amount_check CHECK (amount > 0::numeric)
  constraint disputes_currency_check CHECK (currency ~ '^[a-z]{3}$'::text)
  constraint disputes_evidence_check CHECK (jsonb_typeof(evidence) = 'object'::text)
  constraint disputes_fee_check CHECK (fee >= 0::numeric)
  constraint disputes_metadata_check CHECK (jsonb_typeof(metadata) = 'object'::text)
  constraint disputes_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  constraint disputes_status_check CHECK (status = ANY (ARRAY['warning_needs_response'::text, 'warning_under_review'::text, 'warning_closed'::text, 'needs_response'::text, 'under_review'::text, 'won'::text, 'lost'::text]))
  constraint disputes_submission_count_check CHECK (submission_count >= 0 AND submission_count <= 1)
  constraint inquiries_are_warnings CHECK (inquiry = starts_with(status, 'warning_'::text))
  constraint inquiries_cost_nothing CHECK (NOT inquiry OR fee = 0::numeric)
  constraint reviewed_when_submitted CHECK ((status <> ALL (ARRAY['warning_under_review'::text, 'under_review'::text])) OR submission_count > 0)
  index CREATE INDEX disputes_newest_first ON payments.disputes USING btree (merchant, mode, created_at DESC, id DESC)
  index CREATE INDEX disputes_of_charge ON payments.disputes USING btree (merchant, mode, charge, created_at DESC, id DESC)
  index CREATE INDEX disputes_of_intent ON payments.disputes USING btree (merchant, mode, payment_intent, created_at DESC, id DESC)
  index CREATE INDEX disputes_unanswered ON payments.disputes USING btree (due_by) WHERE (status = ANY (ARRAY['warning_needs_response'::text, 'needs_response'::text]))
  trigger always: CREATE TRIGGER keep_dispute BEFORE UPDATE ON payments.disputes FOR EACH ROW EXECUTE FUNCTION payments.keep_dispute()
  grant payments_app: insert, select
  grant payments_app: update (amount, fee, reason, inquiry, status, evidence, submission_count, metadata, due_by, closed_at)

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
  index CREATE INDEX idempotency_keys_created_at ON payments.idempotency_keys USING btree (created_at)
  trigger always: CREATE TRIGGER judge_idempotency_key BEFORE INSERT OR UPDATE ON payments.idempotency_keys FOR EACH ROW EXECUTE FUNCTION payments.judge_idempotency_key()
  grant payments_app: delete, insert, select, update

table payments.merchant_clocks
  column merchant text collate "C" not null
  column mode text not null
  column ahead_seconds integer not null default 0
  constraint merchant_clocks_pkey PRIMARY KEY (merchant, mode)
  constraint merchant_clocks_ahead_seconds_check CHECK (ahead_seconds >= 0)
  constraint merchant_clocks_mode_check CHECK (mode = 'test'::text)
  grant payments_app: insert, select
  grant payments_app: update (ahead_seconds)

table payments.migrations
  column name text collate "C" not null
  column checksum text not null
  column applied_at timestamp with time zone not null default now()
  constraint migrations_pkey PRIMARY KEY (name)

table payments.movements
  column id text collate "C" not null
  column merchant text collate "C" not null
  column mode text not null
  column kind text not null
  column source text collate "C" not null
  column charge text collate "C"
  column amount numeric(38,0) not null
  column fee numeric(38,0) not null default 0
  column net numeric(38,0) not null
  column currency text not null
  column available_on timestamp with time zone not null
  column description text
  column metadata jsonb not null default '{}'::jsonb
  column effective_at timestamp with time zone
  column request_id text not null
  column created_at timestamp with time zone not null
  column recorded_at timestamp with time zone not null
  column posting text not null default 'due'::text
  column posting_attempts integer not null default 0
  column posting_after timestamp with time zone
  column ledger_transaction text collate "C"
  constraint movements_pkey PRIMARY KEY (id)
  constraint movements_once UNIQUE (merchant, mode, source, kind)
  index CREATE UNIQUE INDEX movements_arrive_or_cancel ON payments.movements USING btree (merchant, mode, source) WHERE (kind = ANY (ARRAY['payout_paid'::text, 'payout_cancel'::text]))
  index CREATE INDEX movements_by_id ON payments.movements USING btree (merchant, mode, id)
  index CREATE INDEX movements_due_of_tenant ON payments.movements USING btree (merchant, mode, posting_after) WHERE (posting = 'due'::text)
  index CREATE UNIQUE INDEX movements_end_once ON payments.movements USING btree (merchant, mode, source) WHERE (kind = ANY (ARRAY['dispute_reversal'::text, 'dispute_lost'::text, 'payout_failure'::text, 'payout_cancel'::text]))
  index CREATE INDEX movements_newest_first ON payments.movements USING btree (merchant, mode, created_at DESC, id DESC)
  index CREATE INDEX movements_of_charge ON payments.movements USING btree (merchant, mode, charge, id) WHERE (charge IS NOT NULL)
  trigger always: CREATE TRIGGER judge_movement BEFORE INSERT OR UPDATE ON payments.movements FOR EACH ROW EXECUTE FUNCTION payments.judge_movement()
  trigger always: CREATE TRIGGER keep_arrived BEFORE INSERT ON payments.movements FOR EACH ROW WHEN (new.kind = 'payout_failure'::text) EXECUTE FUNCTION payments.keep_arrived()
  trigger CREATE TRIGGER movements_add_pending AFTER INSERT ON payments.movements FOR EACH ROW WHEN (new.available_on > new.created_at AND new.net <> 0::numeric) EXECUTE FUNCTION payments.add_pending()
  trigger CREATE TRIGGER movements_ask_for_look AFTER INSERT ON payments.movements FOR EACH ROW WHEN (new.kind = 'charge'::text AND new.net > 0::numeric AND new.available_on <= new.created_at) EXECUTE FUNCTION payments.ask_for_look()
  grant payments_app: insert, select
  grant payments_app: update (posting, posting_attempts, posting_after, ledger_transaction)

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
  column previous_attributes json
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
  column amount_capturable numeric(38,0) not null default 0
  column confirmation_method text not null default 'automatic'::text
  column customer text collate "C"
  column setup_future_usage text
  column off_session boolean not null default false
  column payment_method_options json
  column shipping json
  column return_url text
  column statement_descriptor_suffix text
  column transfer_group text
  column next_action json
  column authentication text collate "C"
  column authenticated boolean not null default false
  constraint payment_intents_pkey PRIMARY KEY (id)
  constraint payment_intents_of_one_merchant UNIQUE (id, merchant, mode)
  index CREATE UNIQUE INDEX payment_intents_authentication ON payments.payment_intents USING btree (authentication) WHERE (authentication IS NOT NULL)
  index CREATE INDEX payment_intents_newest_first ON payments.payment_intents USING btree (merchant, mode, created_at DESC, id DESC)
  index CREATE INDEX payment_intents_of_customer ON payments.payment_intents USING btree (merchant, mode, customer, created_at DESC, id DESC) WHERE (customer IS NOT NULL)
  trigger always: CREATE TRIGGER keep_payment_intent BEFORE INSERT OR UPDATE ON payments.payment_intents FOR EACH ROW EXECUTE FUNCTION payments.keep_payment_intent()
  grant payments_app: insert, select
  grant payments_app: update (amount, amount_received, currency, status, capture_method, description, metadata, payment_method, receipt_email, statement_descriptor, latest_charge, last_payment_error, cancellation_reason, canceled_at, amount_capturable, customer, setup_future_usage, off_session, payment_method_options, shipping, return_url, statement_descriptor_suffix, transfer_group, next_action, authentication, authenticated)

table payments.payment_methods
  column id text collate "C" not null
  column merchant text collate "C" not null
  column mode text not null
  column type text not null
  column processor_method text collate "C" not null
  column card jsonb not null
  column exp_month integer not null
  column exp_year integer not null
  column fingerprint text collate "C" not null
  column allow_redisplay text not null default 'unspecified'::text
  column billing_details jsonb not null
  column metadata jsonb not null default '{}'::jsonb
  column status text not null default 'fresh'::text
  column customer text collate "C"
  column created_at timestamp with time zone not null
  column set_up boolean not null default false
  constraint payment_methods_pkey PRIMARY KEY (id)
  constraint payment_methods_merchant_mode_id_key UNIQUE (merchant, mode, id)
  constraint payment_methods_merchant_mode_customer_fkey FOREIGN KEY (merchant, mode, customer) REFERENCES payments.customers(merchant, mode, id)
  index CREATE INDEX payment_methods_of_customer ON payments.payment_methods USING btree (merchant, mode, customer, created_at DESC, id DESC) WHERE (status = 'attached'::text)
  trigger always: CREATE TRIGGER keep_to_one_customer BEFORE INSERT OR UPDATE ON payments.payment_methods FOR EACH ROW EXECUTE FUNCTION payments.keep_to_one_customer()
  grant payments_app: insert, select
  grant payments_app: update (exp_month, exp_year, allow_redisplay, billing_details, metadata, status, customer, set_up)

table payments.payouts
  column id text collate "C" not null
  column merchant text collate "C" not null
  column mode text not null
  column amount numeric(38,0) not null
  column currency text not null
  column status text not null
  column arrival_date timestamp with time zone not null
  column description text
  column metadata jsonb not null default '{}'::jsonb
  column statement_descriptor text
  column destination text collate "C"
  column balance_transaction text collate "C" not null
  column failure_balance_transaction text collate "C"
  column failure_code text
  column failure_message text
  column due_at timestamp with time zone
  column request_id text not null
  column created_at timestamp with time zone not null
  column processor text collate "C"
  column processor_id text collate "C"
  column automatic boolean not null default false
  constraint payouts_pkey PRIMARY KEY (id)
  constraint payouts_processor_fkey FOREIGN KEY (merchant, mode, processor) REFERENCES payments.processors(merchant, mode, id)
  constraint due_until_it_ends CHECK (((status = ANY (ARRAY['pending'::text, 'in_transit'::text])) AND processor IS NULL) = (due_at IS NOT NULL))
  constraint failure_only_when_failed CHECK ((status = 'failed'::text) = (failure_code IS NOT NULL))
  constraint money_comes_back_when_it_does_not_arrive CHECK ((status = ANY (ARRAY['failed'::text, 'canceled'::text])) = (failure_balance_transaction IS NOT NULL))
  constraint named_by_its_processor CHECK ((processor IS NULL) = (processor_id IS NULL))
  constraint payouts_amount_check CHECK (amount > 0::numeric)
  constraint payouts_currency_check CHECK (currency ~ '^[a-z]{3}$'::text)
  constraint payouts_metadata_check CHECK (jsonb_typeof(metadata) = 'object'::text)
  constraint payouts_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  constraint payouts_status_check CHECK (status = ANY (ARRAY['pending'::text, 'in_transit'::text, 'paid'::text, 'failed'::text, 'canceled'::text]))
  index CREATE INDEX payouts_due ON payments.payouts USING btree (due_at) WHERE (due_at IS NOT NULL)
  index CREATE INDEX payouts_newest_first ON payments.payouts USING btree (merchant, mode, created_at DESC, id DESC)
  index CREATE UNIQUE INDEX payouts_of_processor ON payments.payouts USING btree (processor, processor_id) WHERE (processor IS NOT NULL)
  trigger always: CREATE TRIGGER keep_payout BEFORE UPDATE ON payments.payouts FOR EACH ROW EXECUTE FUNCTION payments.keep_payout()
  grant payments_app: insert, select
  grant payments_app: update (status, arrival_date, metadata, failure_balance_transaction, failure_code, failure_message, due_at)

table payments.pending_sums
  column merchant text collate "C" not null
  column mode text not null
  column available_on timestamp with time zone not null
  column currency text not null
  column shard smallint not null
  column net numeric(38,0) not null
  constraint pending_sums_pkey PRIMARY KEY (merchant, mode, available_on, currency, shard)
  constraint pending_sums_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  constraint pending_sums_shard_check CHECK (shard >= 0 AND shard <= 63)
  trigger CREATE TRIGGER pending_sums_begin_looks AFTER INSERT ON payments.pending_sums FOR EACH ROW EXECUTE FUNCTION payments.begin_looks()
  grant payments_app: select

table payments.prices
  column id text collate "C" not null
  column merchant text collate "C" not null
  column mode text not null
  column product text collate "C" not null
  column active boolean not null
  column currency text not null
  column unit_amount_decimal text not null
  column tax_behavior text not null
  column nickname text
  column lookup_key text collate "C"
  column metadata jsonb not null default '{}'::jsonb
  column created_at timestamp with time zone not null
  constraint prices_pkey PRIMARY KEY (id)
  constraint prices_merchant_mode_id_key UNIQUE (merchant, mode, id)
  constraint prices_merchant_mode_lookup_key_key UNIQUE (merchant, mode, lookup_key)
  constraint prices_merchant_mode_product_id_key UNIQUE (merchant, mode, product, id)
  constraint prices_merchant_mode_product_fkey FOREIGN KEY (merchant, mode, product) REFERENCES payments.products(merchant, mode, id)
  constraint prices_currency_check CHECK (currency ~ '^[a-z]{3}$'::text)
  constraint prices_id_check CHECK (id ~ '^price_'::text)
  constraint prices_lookup_key_check CHECK (length(lookup_key) >= 1 AND length(lookup_key) <= 200)
  constraint prices_metadata_check CHECK (jsonb_typeof(metadata) = 'object'::text)
  constraint prices_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  constraint prices_nickname_check CHECK (length(nickname) <= 250)
  constraint prices_tax_behavior_check CHECK (tax_behavior = ANY (ARRAY['exclusive'::text, 'inclusive'::text, 'unspecified'::text]))
  constraint prices_unit_amount_decimal_check CHECK (unit_amount_decimal ~ '^(0|[1-9][0-9]{0,7})(\.[0-9]{0,11}[1-9])?$'::text)
  index CREATE INDEX prices_newest_first ON payments.prices USING btree (merchant, mode, created_at DESC, id DESC)
  index CREATE INDEX prices_of_product ON payments.prices USING btree (merchant, mode, product, created_at DESC, id DESC)
  grant payments_app: insert, select
  grant payments_app: update (active, tax_behavior, nickname, lookup_key, metadata)

table payments.processor_events
  column processor text collate "C" not null
  column id text collate "C" not null
  column merchant text collate "C" not null
  column mode text not null
  column type text not null
  column object text collate "C" not null
  column received_at timestamp with time zone not null
  column attempts integer not null default 0
  column due_at timestamp with time zone
  column worked_at timestamp with time zone
  column outcome text
  constraint processor_events_pkey PRIMARY KEY (processor, id)
  constraint processor_events_merchant_mode_processor_fkey FOREIGN KEY (merchant, mode, processor) REFERENCES payments.processors(merchant, mode, id)
  constraint due_until_worked CHECK ((due_at IS NULL) = (worked_at IS NOT NULL))
  constraint processor_events_id_check CHECK (length(id) <= 260)
  constraint processor_events_mode_check CHECK (mode = 'live'::text)
  constraint processor_events_object_check CHECK (length(object) <= 260)
  constraint processor_events_outcome_check CHECK (outcome = ANY (ARRAY['heard'::text, 'ignored'::text, 'given_up'::text]))
  constraint processor_events_type_check CHECK (length(type) <= 100)
  constraint worked_names_its_outcome CHECK ((worked_at IS NULL) = (outcome IS NULL))
  index CREATE INDEX processor_events_due ON payments.processor_events USING btree (due_at) WHERE (due_at IS NOT NULL)
  index CREATE INDEX processor_events_due_of_processor ON payments.processor_events USING btree (processor) WHERE (due_at IS NOT NULL)
  index CREATE INDEX processor_events_due_of_tenant ON payments.processor_events USING btree (merchant, mode, due_at) WHERE (due_at IS NOT NULL)
  index CREATE INDEX processor_events_worked ON payments.processor_events USING btree (worked_at) WHERE (worked_at IS NOT NULL)
  grant payments_app: delete, insert, select
  grant payments_app: update (attempts, due_at, worked_at, outcome)

table payments.processor_settlements
  column processor text collate "C" not null
  column merchant text collate "C" not null
  column mode text not null
  column settled_until timestamp with time zone not null
  constraint processor_settlements_pkey PRIMARY KEY (processor)
  constraint processor_settlements_merchant_mode_processor_fkey FOREIGN KEY (merchant, mode, processor) REFERENCES payments.processors(merchant, mode, id)
  constraint processor_settlements_mode_check CHECK (mode = 'live'::text)
  grant payments_app: insert, select
  grant payments_app: update (settled_until)

table payments.processor_webhooks
  column processor text collate "C" not null
  column merchant text collate "C" not null
  column mode text not null
  column secret text not null
  column created_at timestamp with time zone not null
  constraint processor_webhooks_pkey PRIMARY KEY (processor)
  constraint processor_webhooks_merchant_mode_processor_fkey FOREIGN KEY (merchant, mode, processor) REFERENCES payments.processors(merchant, mode, id)
  constraint processor_webhooks_mode_check CHECK (mode = 'live'::text)
  constraint processor_webhooks_secret_check CHECK (secret ~ '^s1\.'::text)
  grant payments_app: delete, insert, select
  grant payments_app: update (secret, created_at)

table payments.processors
  column id text collate "C" not null
  column merchant text collate "C" not null
  column mode text not null
  column kind text not null
  column url text not null
  column secret_key text not null
  column currencies text[] not null
  column amount_min numeric(38,0)
  column amount_max numeric(38,0)
  column metadata jsonb not null
  column priority integer not null
  column created_at timestamp with time zone not null
  column removed_at timestamp with time zone
  constraint processors_pkey PRIMARY KEY (id)
  constraint processors_merchant_mode_id_key UNIQUE (merchant, mode, id)
  constraint amounts_in_order CHECK (amount_min <= amount_max)
  constraint processors_amount_max_check CHECK (amount_max > 0::numeric)
  constraint processors_amount_min_check CHECK (amount_min > 0::numeric)
  constraint processors_currencies_check CHECK (cardinality(currencies) >= 1 AND cardinality(currencies) <= 200)
  constraint processors_id_check CHECK (id ~ '^proc_'::text)
  constraint processors_kind_check CHECK (kind = 'stripe'::text)
  constraint processors_metadata_check CHECK (jsonb_typeof(metadata) = 'object'::text)
  constraint processors_mode_check CHECK (mode = 'live'::text)
  constraint processors_secret_key_check CHECK (secret_key ~ '^s1\.'::text)
  constraint processors_url_check CHECK (length(url) <= 300)
  grant payments_app: insert, select
  grant payments_app: update (secret_key, removed_at)

table payments.products
  column id text collate "C" not null
  column merchant text collate "C" not null
  column mode text not null
  column name text not null
  column active boolean not null
  column type text not null
  column description text
  column images text[] not null default '{}'::text[]
  column marketing_features text[] not null default '{}'::text[]
  column metadata jsonb not null default '{}'::jsonb
  column package_dimensions jsonb
  column shippable boolean
  column statement_descriptor text
  column tax_code text
  column unit_label text
  column url text
  column default_price text collate "C"
  column created_at timestamp with time zone not null
  column updated_at timestamp with time zone not null
  constraint products_pkey PRIMARY KEY (merchant, mode, id)
  constraint products_default_price_fkey FOREIGN KEY (merchant, mode, id, default_price) REFERENCES payments.prices(merchant, mode, product, id)
  constraint products_description_check CHECK (length(description) <= 5000)
  constraint products_id_check CHECK (id ~ '^[0-9A-Za-z_-]{1,255}$'::text)
  constraint products_images_check CHECK (cardinality(images) <= 8)
  constraint products_marketing_features_check CHECK (cardinality(marketing_features) <= 15)
  constraint products_metadata_check CHECK (jsonb_typeof(metadata) = 'object'::text)
  constraint products_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  constraint products_name_check CHECK (length(name) >= 1 AND length(name) <= 250)
  constraint products_package_dimensions_check CHECK (jsonb_typeof(package_dimensions) = 'object'::text)
  constraint products_statement_descriptor_check CHECK (length(statement_descriptor) <= 22)
  constraint products_tax_code_check CHECK (length(tax_code) <= 40)
  constraint products_type_check CHECK (type = ANY (ARRAY['service'::text, 'good'::text]))
  constraint products_unit_label_check CHECK (length(unit_label) <= 12)
  constraint products_url_check CHECK (length(url) <= 2048)
  index CREATE INDEX products_newest_first ON payments.products USING btree (merchant, mode, created_at DESC, id DESC)
  grant payments_app: delete, insert, select
  grant payments_app: update (name, active, description, images, marketing_features, metadata, package_dimensions, shippable, statement_descriptor, tax_code, unit_label, url, default_price, updated_at)

table payments.reconciliation_differences
  column id text collate "C" not null
  column reconciliation text collate "C" not null
  column merchant text collate "C" not null
  column mode text not null
  column kind text not null
  column object text collate "C"
  column charge text collate "C"
  column balance_transaction text collate "C"
  column processor_id text collate "C"
  column reference text collate "C"
  column currency text
  column amount_here numeric(38,0)
  column amount_there numeric(38,0)
  column detail text
  column since timestamp with time zone not null
  column created_at timestamp with time zone not null
  constraint reconciliation_differences_pkey PRIMARY KEY (id)
  constraint reconciliation_differences_merchant_mode_reconciliation_fkey FOREIGN KEY (merchant, mode, reconciliation) REFERENCES payments.reconciliations(merchant, mode, id)
  constraint reconciliation_differences_kind_check CHECK (kind = ANY (ARRAY['missing_at_processor'::text, 'missing_here'::text, 'duplicate_at_processor'::text, 'amount_differs'::text, 'currency_differs'::text, 'status_differs'::text, 'late'::text, 'not_posted'::text, 'ledger_differs'::text, 'ledger_unknown'::text, 'balance_differs'::text]))
  constraint reconciliation_differences_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  index CREATE INDEX reconciliation_differences_newest_first ON payments.reconciliation_differences USING btree (merchant, mode, reconciliation, created_at DESC, id DESC)
  grant payments_app: insert, select

table payments.reconciliations
  column id text collate "C" not null
  column merchant text collate "C" not null
  column mode text not null
  column automatic boolean not null
  column status text not null
  column since timestamp with time zone
  column until timestamp with time zone not null
  column movements bigint not null default 0
  column settlement_lines bigint not null default 0
  column ledger_transactions bigint not null default 0
  column counts jsonb not null default '{}'::jsonb
  column balances_compared boolean
  column attempts integer not null default 0
  column leased_until timestamp with time zone
  column created_at timestamp with time zone not null
  column finished_at timestamp with time zone
  constraint reconciliations_pkey PRIMARY KEY (id)
  constraint reconciliations_merchant_mode_id_key UNIQUE (merchant, mode, id)
  constraint finished_when_not_running CHECK ((status = 'running'::text) = (finished_at IS NULL))
  constraint leased_while_running CHECK ((status = 'running'::text) = (leased_until IS NOT NULL))
  constraint reconciliations_counts_check CHECK (jsonb_typeof(counts) = 'object'::text)
  constraint reconciliations_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  constraint reconciliations_status_check CHECK (status = ANY (ARRAY['running'::text, 'clean'::text, 'different'::text, 'failed'::text]))
  index CREATE INDEX reconciliations_newest_first ON payments.reconciliations USING btree (merchant, mode, created_at DESC, id DESC)
  index CREATE UNIQUE INDEX reconciliations_one_at_a_time ON payments.reconciliations USING btree (merchant, mode, automatic) WHERE (status = 'running'::text)
  index CREATE INDEX reconciliations_running ON payments.reconciliations USING btree (leased_until) WHERE (status = 'running'::text)
  trigger CREATE TRIGGER keep_reconciliation BEFORE UPDATE ON payments.reconciliations FOR EACH ROW EXECUTE FUNCTION payments.keep_reconciliation()
  grant payments_app: insert, select
  grant payments_app: update (status, movements, settlement_lines, ledger_transactions, counts, balances_compared, attempts, leased_until, finished_at)

table payments.refunds
  column id text collate "C" not null
  column merchant text collate "C" not null
  column mode text not null
  column charge text collate "C" not null
  column payment_intent text collate "C" not null
  column customer text collate "C"
  column payment_method text collate "C" not null
  column amount numeric(38,0) not null
  column currency text not null
  column reason text
  column metadata jsonb not null default '{}'::jsonb
  column status text not null
  column processor_id text collate "C"
  column failure_reason text
  column balance_transaction text collate "C"
  column failure_balance_transaction text collate "C"
  column request_id text not null
  column idempotency_key text collate "C"
  column answer_status integer not null
  column leased_until timestamp with time zone not null
  column created_at timestamp with time zone not null
  column settled_at timestamp with time zone
  constraint refunds_pkey PRIMARY KEY (id)
  constraint refunds_merchant_mode_id_key UNIQUE (merchant, mode, id)
  constraint refunds_merchant_mode_charge_fkey FOREIGN KEY (merchant, mode, charge) REFERENCES payments.charges(merchant, mode, id)
  constraint refunds_payment_intent_fkey FOREIGN KEY (merchant, mode, payment_intent) REFERENCES payments.payment_intents(merchant, mode, id)
  constraint failure_only_when_undone CHECK ((status = ANY (ARRAY['failed'::text, 'canceled'::text])) = (failure_reason IS NOT NULL))
  constraint given_back_when_undone CHECK ((failure_balance_transaction IS NOT NULL) = ((status = ANY (ARRAY['failed'::text, 'canceled'::text])) AND balance_transaction IS NOT NULL))
  constraint refunds_amount_check CHECK (amount > 0::numeric)
  constraint refunds_answer_status_check CHECK (answer_status = ANY (ARRAY[200, 201]))
  constraint refunds_currency_check CHECK (currency ~ '^[a-z]{3}$'::text)
  constraint refunds_metadata_check CHECK (jsonb_typeof(metadata) = 'object'::text)
  constraint refunds_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  constraint refunds_reason_check CHECK (reason = ANY (ARRAY['duplicate'::text, 'fraudulent'::text, 'requested_by_customer'::text]))
  constraint refunds_status_check CHECK (status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'failed'::text, 'canceled'::text]))
  constraint settled_when_not_pending CHECK ((status = 'pending'::text) = (settled_at IS NULL))
  constraint taken_when_the_processor_has_it CHECK ((status = ANY (ARRAY['failed'::text, 'canceled'::text])) OR (processor_id IS NULL) = (balance_transaction IS NULL))
  index CREATE INDEX refunds_newest_first ON payments.refunds USING btree (merchant, mode, created_at DESC, id DESC)
  index CREATE INDEX refunds_of_charge ON payments.refunds USING btree (merchant, mode, charge, created_at DESC, id DESC)
  index CREATE INDEX refunds_of_intent ON payments.refunds USING btree (merchant, mode, payment_intent, created_at DESC, id DESC)
  index CREATE INDEX refunds_pending_of_tenant ON payments.refunds USING btree (merchant, mode, leased_until) WHERE (status = 'pending'::text)
  trigger CREATE TRIGGER count_refund AFTER INSERT OR UPDATE ON payments.refunds FOR EACH ROW EXECUTE FUNCTION payments.count_refund()
  grant payments_app: insert, select
  grant payments_app: update (metadata, status, processor_id, failure_reason, balance_transaction, failure_balance_transaction, leased_until, settled_at)

table payments.setbacks
  column work text not null
  column item text collate "C" not null
  column merchant text collate "C" not null
  column mode text not null
  column attempts integer not null
  column after timestamp with time zone not null
  column since timestamp with time zone not null
  constraint setbacks_pkey PRIMARY KEY (work, item)
  constraint setbacks_attempts_check CHECK (attempts > 0)
  constraint setbacks_item_check CHECK (length(item) >= 1 AND length(item) <= 200)
  constraint setbacks_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  constraint setbacks_work_check CHECK (length(work) >= 1 AND length(work) <= 40)
  index CREATE INDEX setbacks_after ON payments.setbacks USING btree (after)
  grant payments_app: delete, insert, select, update

table payments.settlement_lines
  column mode text not null
  column id text collate "C" not null
  column merchant text collate "C"
  column kind text not null
  column subject text collate "C" not null
  column charge text collate "C" not null
  column processor_id text collate "C" not null
  column amount numeric(38,0) not null
  column currency text not null
  column fee numeric(38,0)
  column settled_at timestamp with time zone not null
  column received_at timestamp with time zone not null
  column fee_due boolean not null default false
  constraint settlement_lines_pkey PRIMARY KEY (mode, id)
  constraint settlement_lines_kind_check CHECK (kind = ANY (ARRAY['charge'::text, 'refund'::text, 'refund_failure'::text, 'dispute'::text, 'dispute_reversal'::text]))
  constraint settlement_lines_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  index CREATE INDEX settlement_lines_fee_due ON payments.settlement_lines USING btree (merchant, mode, id) WHERE fee_due
  index CREATE INDEX settlement_lines_of_charge ON payments.settlement_lines USING btree (merchant, mode, charge, id)
  index CREATE INDEX settlement_lines_of_nobody ON payments.settlement_lines USING btree (mode, id) WHERE (merchant IS NULL)
  grant payments_app: insert, select
  grant payments_app: update (fee_due)

table payments.settlement_progress
  column mode text not null
  column settled_until timestamp with time zone not null
  constraint settlement_progress_pkey PRIMARY KEY (mode)
  constraint settlement_progress_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  grant payments_app: insert, select
  grant payments_app: update (settled_until)

table payments.setup_attempts
  column id text collate "C" not null
  column merchant text collate "C" not null
  column mode text not null
  column setup_intent text collate "C" not null
  column payment_method text collate "C" not null
  column customer text collate "C"
  column usage text not null
  column status text not null
  column card jsonb not null
  column setup_error jsonb
  column created_at timestamp with time zone not null
  constraint setup_attempts_pkey PRIMARY KEY (id)
  constraint setup_attempts_merchant_mode_id_key UNIQUE (merchant, mode, id)
  constraint setup_attempts_merchant_mode_payment_method_fkey FOREIGN KEY (merchant, mode, payment_method) REFERENCES payments.payment_methods(merchant, mode, id)
  constraint setup_attempts_merchant_mode_setup_intent_fkey FOREIGN KEY (merchant, mode, setup_intent) REFERENCES payments.setup_intents(merchant, mode, id)
  constraint error_only_when_failed CHECK ((status = 'failed'::text) = (setup_error IS NOT NULL))
  constraint setup_attempts_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  constraint setup_attempts_status_check CHECK (status = ANY (ARRAY['requires_action'::text, 'succeeded'::text, 'failed'::text, 'abandoned'::text]))
  constraint setup_attempts_usage_check CHECK (usage = ANY (ARRAY['off_session'::text, 'on_session'::text]))
  index CREATE INDEX setup_attempts_of_intent ON payments.setup_attempts USING btree (merchant, mode, setup_intent, created_at DESC, id DESC)
  index CREATE UNIQUE INDEX setup_attempts_one_open ON payments.setup_attempts USING btree (setup_intent) WHERE (status = 'requires_action'::text)
  index CREATE UNIQUE INDEX setup_attempts_one_succeeded ON payments.setup_attempts USING btree (setup_intent) WHERE (status = 'succeeded'::text)
  grant payments_app: insert, select
  grant payments_app: update (status, setup_error)

table payments.setup_intents
  column id text collate "C" not null
  column merchant text collate "C" not null
  column mode text not null
  column status text not null
  column customer text collate "C"
  column payment_method text collate "C"
  column usage text not null
  column automatic_payment_methods jsonb
  column request_three_d_secure text not null
  column description text
  column metadata jsonb not null default '{}'::jsonb
  column return_url text
  column client_secret text not null
  column next_action jsonb
  column authentication text collate "C"
  column latest_attempt text collate "C"
  column last_setup_error jsonb
  column cancellation_reason text
  column created_at timestamp with time zone not null
  constraint setup_intents_pkey PRIMARY KEY (id)
  constraint setup_intents_merchant_mode_id_key UNIQUE (merchant, mode, id)
  constraint setup_intents_merchant_mode_customer_fkey FOREIGN KEY (merchant, mode, customer) REFERENCES payments.customers(merchant, mode, id)
  constraint setup_intents_merchant_mode_payment_method_fkey FOREIGN KEY (merchant, mode, payment_method) REFERENCES payments.payment_methods(merchant, mode, id)
  constraint action_while_required CHECK ((status = 'requires_action'::text) = (next_action IS NOT NULL) AND (status = 'requires_action'::text) = (authentication IS NOT NULL))
  constraint attempted_while_needed CHECK ((status <> ALL (ARRAY['requires_action'::text, 'succeeded'::text])) OR latest_attempt IS NOT NULL)
  constraint no_error_beside_success CHECK (status <> 'succeeded'::text OR last_setup_error IS NULL)
  constraint payment_method_while_needed CHECK (
CASE
    WHEN status = 'requires_payment_method'::text THEN payment_method IS NULL
    WHEN status = 'canceled'::text THEN true
    ELSE payment_method IS NOT NULL
END)
  constraint reason_only_when_canceled CHECK (cancellation_reason IS NULL OR status = 'canceled'::text)
  constraint setup_intents_cancellation_reason_check CHECK (cancellation_reason = ANY (ARRAY['abandoned'::text, 'requested_by_customer'::text, 'duplicate'::text]))
  constraint setup_intents_description_check CHECK (length(description) <= 1000)
  constraint setup_intents_metadata_check CHECK (jsonb_typeof(metadata) = 'object'::text)
  constraint setup_intents_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  constraint setup_intents_request_three_d_secure_check CHECK (request_three_d_secure = ANY (ARRAY['automatic'::text, 'any'::text, 'challenge'::text]))
  constraint setup_intents_return_url_check CHECK (length(return_url) <= 2048)
  constraint setup_intents_status_check CHECK (status = ANY (ARRAY['requires_payment_method'::text, 'requires_confirmation'::text, 'requires_action'::text, 'succeeded'::text, 'canceled'::text]))
  constraint setup_intents_usage_check CHECK (usage = ANY (ARRAY['off_session'::text, 'on_session'::text]))
  index CREATE UNIQUE INDEX setup_intents_authentication ON payments.setup_intents USING btree (authentication) WHERE (authentication IS NOT NULL)
  index CREATE INDEX setup_intents_newest_first ON payments.setup_intents USING btree (merchant, mode, created_at DESC, id DESC)
  index CREATE INDEX setup_intents_of_customer ON payments.setup_intents USING btree (merchant, mode, customer, created_at DESC, id DESC) WHERE (customer IS NOT NULL)
  trigger always: CREATE TRIGGER keep_setup_intent BEFORE UPDATE ON payments.setup_intents FOR EACH ROW EXECUTE FUNCTION payments.keep_setup_intent()
  grant payments_app: insert, select
  grant payments_app: update (status, customer, payment_method, request_three_d_secure, description, metadata, return_url, next_action, authentication, latest_attempt, last_setup_error, cancellation_reason)

table payments.simulator_charges
  column id text collate "C" not null
  column processor_id text collate "C" not null
  column amount numeric(38,0) not null
  column currency text not null
  column payment_method text collate "C" not null
  column outcome jsonb not null
  column created_at timestamp with time zone not null
  column capture boolean not null default true
  constraint simulator_charges_pkey PRIMARY KEY (id)
  constraint simulator_charges_processor_id_key UNIQUE (processor_id)
  constraint simulator_charges_amount_check CHECK (amount > 0::numeric)
  index CREATE INDEX simulator_charges_in_order ON payments.simulator_charges USING btree (created_at, id)
  grant payments_app: insert, select

table payments.simulator_disputes
  column id text collate "C" not null
  column charge text collate "C" not null
  column inquiry boolean not null
  column standing text not null
  column created_at timestamp with time zone not null
  constraint simulator_disputes_pkey PRIMARY KEY (id)
  constraint simulator_disputes_charge_key UNIQUE (charge)
  constraint simulator_disputes_standing_check CHECK (standing = ANY (ARRAY['needs_response'::text, 'under_review'::text, 'won'::text, 'lost'::text, 'closed'::text]))
  grant payments_app: insert, select
  grant payments_app: update (inquiry, standing)

table payments.simulator_endings
  column charge text collate "C" not null
  column kind text not null
  column amount numeric(38,0) not null
  column created_at timestamp with time zone not null
  constraint simulator_endings_pkey PRIMARY KEY (charge)
  constraint simulator_endings_charge_fkey FOREIGN KEY (charge) REFERENCES payments.simulator_charges(id)
  constraint amount_only_when_captured CHECK ((kind = 'capture'::text) = (amount > 0::numeric))
  constraint simulator_endings_amount_check CHECK (amount >= 0::numeric)
  constraint simulator_endings_kind_check CHECK (kind = ANY (ARRAY['capture'::text, 'void'::text]))
  index CREATE INDEX simulator_endings_in_order ON payments.simulator_endings USING btree (created_at, charge)
  grant payments_app: insert, select

table payments.simulator_refunds
  column id text collate "C" not null
  column processor_id text collate "C" not null
  column charge text collate "C" not null
  column amount numeric(38,0) not null
  column currency text not null
  column outcome jsonb not null
  column later jsonb
  column later_at timestamp with time zone
  column canceled_at timestamp with time zone
  column created_at timestamp with time zone not null
  constraint simulator_refunds_pkey PRIMARY KEY (id)
  constraint simulator_refunds_processor_id_key UNIQUE (processor_id)
  constraint later_names_its_time CHECK ((later IS NULL) = (later_at IS NULL))
  constraint simulator_refunds_amount_check CHECK (amount > 0::numeric)
  index CREATE INDEX simulator_refunds_in_order ON payments.simulator_refunds USING btree (created_at, id)
  grant payments_app: insert, select
  grant payments_app: update (canceled_at)

table payments.simulator_reports
  column id bigint not null generated always as identity
  column subject text collate "C" not null
  column report jsonb not null
  column due_at timestamp with time zone not null
  column acknowledged_at timestamp with time zone
  constraint simulator_reports_pkey PRIMARY KEY (id)
  index CREATE INDEX simulator_reports_due ON payments.simulator_reports USING btree (due_at, id) WHERE (acknowledged_at IS NULL)
  index CREATE INDEX simulator_reports_of_subject ON payments.simulator_reports USING btree (subject)
  grant payments_app: insert, select
  grant payments_app: update (acknowledged_at)

sequence payments.simulator_reports_id_seq

table payments.simulator_settlement_faults
  column id bigint not null generated always as identity
  column leaves_out text collate "C"
  column adds jsonb
  column shown_at timestamp with time zone not null
  constraint simulator_settlement_faults_pkey PRIMARY KEY (id)
  constraint does_something CHECK (leaves_out IS NOT NULL OR adds IS NOT NULL)
  constraint simulator_settlement_faults_adds_check CHECK (jsonb_typeof(adds) = 'object'::text)
  index CREATE INDEX simulator_settlement_faults_added ON payments.simulator_settlement_faults USING btree (shown_at, id) WHERE (adds IS NOT NULL)
  index CREATE INDEX simulator_settlement_faults_left_out ON payments.simulator_settlement_faults USING btree (leaves_out) WHERE (leaves_out IS NOT NULL)
  grant payments_app: insert, select

sequence payments.simulator_settlement_faults_id_seq

table payments.tokens
  column id text collate "C" not null
  column merchant text collate "C" not null
  column mode text not null
  column card_id text collate "C" not null
  column processor_method text collate "C" not null
  column exp_month integer not null
  column exp_year integer not null
  column cvc_given boolean not null
  column billing_details jsonb not null
  column created_at timestamp with time zone not null
  column used_at timestamp with time zone
  column recorded_at timestamp with time zone not null default now()
  constraint tokens_pkey PRIMARY KEY (id)
  constraint tokens_billing_details_check CHECK (jsonb_typeof(billing_details) = 'object'::text)
  constraint tokens_card_id_check CHECK (card_id ~ '^card_'::text)
  constraint tokens_exp_month_check CHECK (exp_month >= 1 AND exp_month <= 12)
  constraint tokens_exp_year_check CHECK (exp_year >= 2000 AND exp_year <= 2200)
  constraint tokens_id_check CHECK (id ~ '^tok_'::text)
  constraint tokens_mode_check CHECK (mode = 'test'::text)
  constraint tokens_processor_method_check CHECK (processor_method ~ '^pm_card_'::text)
  index CREATE INDEX tokens_recorded_at ON payments.tokens USING btree (recorded_at)
  grant payments_app: delete, insert, select
  grant payments_app: update (used_at)

table payments.voids
  column charge text collate "C" not null
  column merchant text collate "C" not null
  column mode text not null
  column attempts integer not null default 0
  column due_at timestamp with time zone
  column created_at timestamp with time zone not null
  column done_at timestamp with time zone
  constraint voids_pkey PRIMARY KEY (charge)
  constraint voids_merchant_mode_charge_fkey FOREIGN KEY (merchant, mode, charge) REFERENCES payments.charges(merchant, mode, id)
  constraint due_until_done CHECK ((due_at IS NULL) = (done_at IS NOT NULL))
  constraint voids_mode_check CHECK (mode = ANY (ARRAY['test'::text, 'live'::text]))
  index CREATE INDEX voids_due_of_tenant ON payments.voids USING btree (merchant, mode, due_at) WHERE (due_at IS NOT NULL)
  grant payments_app: insert, select
  grant payments_app: update (attempts, due_at, done_at)

CREATE OR REPLACE FUNCTION payments.add_pending()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  insert into payments.pending_sums as p (merchant, mode, available_on, currency, shard, net)
  values (new.merchant, new.mode, new.available_on, new.currency, (hashtextextended(new.id, 0) & 63)::smallint, new.net)
  on conflict (merchant, mode, available_on, currency, shard) do update set net = p.net + excluded.net;
  return null;
end $function$
-- execute: payments_owner

CREATE OR REPLACE FUNCTION payments.ask_for_look()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  insert into payments.balance_looks as l (merchant, mode, told_until, asked, look_at)
  values (new.merchant, new.mode, new.available_on, 1, new.available_on)
  on conflict (merchant, mode) do update set asked = l.asked + 1, look_at = least(l.look_at, excluded.look_at);
  return null;
end $function$
-- execute: payments_owner

CREATE OR REPLACE FUNCTION payments.begin_looks()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  insert into payments.balance_looks (merchant, mode, told_until, look_at)
  values (new.merchant, new.mode, '-infinity', new.available_on)
  on conflict (merchant, mode) do nothing;
  return null;
end $function$
-- execute: payments_owner

CREATE OR REPLACE FUNCTION payments.capture_what_succeeds()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if new.status = 'succeeded' and new.capture_method = 'automatic' and not new.captured then
    new.captured := true;
    new.amount_captured := new.amount;
  end if;
  return new;
end
$function$
-- execute: payments_owner

CREATE OR REPLACE FUNCTION payments.count_refund()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  before numeric := 0;
  after numeric := case when new.status in ('failed', 'canceled') then 0 else new.amount end;
begin
  if tg_op = 'UPDATE' then
    if old.amount <> new.amount or old.charge <> new.charge
      or (old.status <> new.status and not (old.status = 'pending' or (old.status = 'succeeded' and new.status = 'failed'))) then
      raise exception 'what became of refund % stays so', old.id using errcode = 'restrict_violation';
    end if;
    before := case when old.status in ('failed', 'canceled') then 0 else old.amount end;
  end if;
  if after <> before then
    update payments.charges set amount_refunded = amount_refunded + after - before
    where merchant = new.merchant and mode = new.mode and id = new.charge;
  end if;
  return null;
end
$function$
-- execute: payments_owner

CREATE OR REPLACE FUNCTION payments.judge_idempotency_key()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  broken text := case
    when new.mode not in ('test', 'live') then 'idempotency_keys_mode_check'
    when length(new.key) not between 1 and 255 then 'idempotency_keys_key_check'
    when (new.status is null) <> (new.body is null) then 'idempotency_keys_check'
  end;
begin
  if broken is not null then
    raise exception 'an idempotency key breaks %', broken using
      errcode = 'check_violation', constraint = broken, table = 'idempotency_keys', schema = 'payments';
  end if;
  return new;
end $function$
-- execute: payments_owner

CREATE OR REPLACE FUNCTION payments.judge_movement()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  is_internal boolean := new.kind in ('authorisation', 'authorisation_release', 'dispute_lost', 'payout_paid',
    'payout_return');
  broken text := case
    when new.currency !~ '^[a-z]{3}$' then 'movements_currency_check'
    when new.mode not in ('test', 'live') then 'movements_mode_check'
    when new.fee < 0 then 'movements_fee_check'
    when jsonb_typeof(new.metadata) <> 'object' then 'movements_metadata_check'
    when not case
      when new.kind in ('charge', 'refund_failure', 'dispute_reversal', 'payout_failure', 'payout_cancel',
        'processor_fee_return') then new.amount > 0
      when new.kind in ('refund', 'dispute', 'payout', 'stripe_fee', 'processor_fee') then new.amount < 0
      when is_internal then new.amount > 0 and new.fee = 0
      else false
    end then 'amount_has_the_sign_of_its_kind'
    when new.net <> case when is_internal then 0 else new.amount - new.fee end then 'net_is_amount_less_fee'
    when new.kind <> 'dispute' and new.fee > greatest(new.amount, 0) then 'only_disputes_cost_more_than_they_bring'
    when new.posting not in ('due', 'done') then 'movements_posting_check'
    when (new.posting = 'due') <> (new.posting_after is not null) then 'posting_due_names_its_time'
    when (new.posting = 'done') <> (new.ledger_transaction is not null) then 'posting_done_names_its_transaction'
  end;
begin
  if broken is not null then
    raise exception 'movement % breaks %', new.id, broken using
      errcode = 'check_violation', constraint = broken, table = 'movements', schema = 'payments';
  end if;
  return new;
end $function$
-- execute: payments_owner

CREATE OR REPLACE FUNCTION payments.keep_arrived()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if exists (
    select from payments.movements
    where merchant = new.merchant and mode = new.mode and source = new.source and kind = 'payout_paid')
  and not exists (
    select from payments.movements
    where merchant = new.merchant and mode = new.mode and source = new.source and kind = 'payout_return') then
    raise exception 'payout % arrived and is not on its way again', new.source using
      errcode = 'unique_violation', constraint = 'movements_end_once', table = 'movements', schema = 'payments';
  end if;
  return new;
end $function$
-- execute: payments_owner

CREATE OR REPLACE FUNCTION payments.keep_capture()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if (new.charge, new.amount, new.merchant, new.mode, new.payment_intent)
    is distinct from (old.charge, old.amount, old.merchant, old.mode, old.payment_intent)
    or (old.status <> 'pending' and new.status <> old.status) then
    raise exception 'what the capture of % asks for, and what became of it, stays so', old.charge
      using errcode = 'restrict_violation';
  end if;
  return new;
end
$function$
-- execute: payments_owner, public

CREATE OR REPLACE FUNCTION payments.keep_charge()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  broken text := case
    when new.amount <= 0 then 'charges_amount_check'
    when new.currency !~ '^[a-z]{3}$' then 'charges_currency_check'
    when new.mode not in ('test', 'live') then 'charges_mode_check'
    when new.status not in ('pending', 'succeeded', 'failed') then 'charges_status_check'
    when new.capture_method not in ('automatic', 'manual') then 'charges_capture_method_check'
    when new.answer_status not in (200, 201) then 'charges_answer_status_check'
    when new.answer_with not in ('payment_intent', 'charge') then 'charges_answer_with_check'
    when new.posting not in ('none', 'due', 'done') then 'charges_posting_check'
    when length(new.description) > 1000 then 'charges_description_check'
    when jsonb_typeof(new.metadata) <> 'object' then 'charges_metadata_check'
    when (new.status = 'pending') <> (new.settled_at is null) then 'settled_when_not_pending'
    when (new.status = 'failed') <> (new.failure_code is not null) then 'failure_only_when_failed'
    when new.captured and new.status <> 'succeeded' then 'captured_only_when_succeeded'
    when new.captured <> (new.amount_captured > 0) then 'captured_says_how_much'
    when new.amount_captured < 0 or new.amount_captured > new.amount then 'captured_within_amount'
    when new.capture_method <> 'manual' and new.captured <> (new.status = 'succeeded')
      then 'captured_when_succeeded_automatically'
    when new.capture_method <> 'automatic' and new.status = 'succeeded' and new.capture_before is null
      then 'authorised_until'
    when new.released_at is not null and (new.status <> 'succeeded' or new.captured) then 'released_only_when_authorised'
    when new.captured <> (new.fee is not null) then 'fee_only_when_captured'
    when new.captured <> (new.balance_transaction is not null) then 'movement_when_captured'
    when (new.mode = 'live') <> (new.processor is not null) then 'processor_when_live'
    when new.fee < 0 or new.fee > new.amount_captured then 'fee_within_amount_captured'
    when new.amount_refunded < 0 or new.amount_refunded > new.amount_captured then 'refunded_within_captured'
    when new.posting <> 'none' and not new.captured then 'posting_only_when_captured'
    when (new.posting = 'due') <> (new.posting_after is not null) then 'posting_due_names_its_time'
    when (new.posting = 'done') <> (new.ledger_transaction is not null) then 'posting_done_names_its_transaction'
  end;
begin
  if tg_op = 'UPDATE' and (
    (old.captured and (not new.captured or new.amount_captured <> old.amount_captured
      or new.balance_transaction is distinct from old.balance_transaction))
    or (old.released_at is not null and new.released_at is distinct from old.released_at)
    or (old.status <> 'pending' and new.status <> old.status)) then
    raise exception 'what became of charge % stays so', old.id using errcode = 'restrict_violation';
  end if;
  if tg_op = 'UPDATE' and (new.amount, new.currency, new.merchant, new.mode, new.payment_intent)
    is distinct from (old.amount, old.currency, old.merchant, old.mode, old.payment_intent) then
    raise exception 'what charge % asks for stays so', old.id using errcode = 'restrict_violation';
  end if;
  if broken is not null then
    raise exception 'charge % breaks %', new.id, broken using
      errcode = 'check_violation', constraint = broken, table = 'charges', schema = 'payments';
  end if;
  return new;
end $function$
-- execute: payments_owner

CREATE OR REPLACE FUNCTION payments.keep_checkout_page()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if (new.session, new.merchant, new.mode, new.charge) is distinct from (old.session, old.merchant, old.mode, old.charge)
    or (old.processor_id is not null
      and (new.processor, new.processor_id, new.url) is distinct from (old.processor, old.processor_id, old.url)) then
    raise exception 'the page of checkout session % stays the one it is', old.session using errcode = 'restrict_violation';
  end if;
  return new;
end $function$
-- execute: payments_owner

CREATE OR REPLACE FUNCTION payments.keep_checkout_session()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if old.status <> 'open' and new.status <> old.status then
    raise exception 'checkout session % is % and stays so', old.id, old.status using errcode = 'restrict_violation';
  end if;
  if (old.payment_intent is not null and new.payment_intent is distinct from old.payment_intent)
    or (old.setup_intent is not null and new.setup_intent is distinct from old.setup_intent) then
    raise exception 'checkout session % keeps its intent', old.id using errcode = 'restrict_violation';
  end if;
  return new;
end $function$
-- execute: payments_owner, public

CREATE OR REPLACE FUNCTION payments.keep_dispute()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if old.closed_at is not null and (new.status <> old.status or new.evidence <> old.evidence) then
    raise exception 'dispute % is % and stays so', old.id, old.status using errcode = 'restrict_violation';
  end if;
  if (new.merchant, new.mode, new.processor_id, new.charge, new.payment_intent, new.currency)
      is distinct from (old.merchant, old.mode, old.processor_id, old.charge, old.payment_intent, old.currency)
    or ((new.inquiry, new.amount, new.fee, new.reason, new.due_by)
        is distinct from (old.inquiry, old.amount, old.fee, old.reason, old.due_by)
      and not (old.inquiry and not new.inquiry and old.closed_at is null)) then
    raise exception 'what dispute % is about stays so', old.id using errcode = 'restrict_violation';
  end if;
  return new;
end
$function$
-- execute: payments_owner, public

CREATE OR REPLACE FUNCTION payments.keep_payment_intent()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  broken text := case
    when new.amount <= 0 then 'payment_intents_amount_check'
    when new.currency !~ '^[a-z]{3}$' then 'payment_intents_currency_check'
    when new.mode not in ('test', 'live') then 'payment_intents_mode_check'
    when new.status not in ('requires_payment_method', 'requires_confirmation', 'requires_action', 'processing',
      'requires_capture', 'succeeded', 'canceled') then 'payment_intents_status_check'
    when new.capture_method not in ('automatic', 'automatic_async', 'manual') then 'payment_intents_capture_method_check'
    when new.confirmation_method not in ('automatic', 'manual') then 'confirmation_method_known'
    when new.setup_future_usage not in ('on_session', 'off_session') then 'payment_intents_setup_future_usage_check'
    when new.cancellation_reason not in ('duplicate', 'fraudulent', 'requested_by_customer', 'abandoned', 'automatic',
      'expired') then 'payment_intents_cancellation_reason_check'
    when length(new.customer) > 255 then 'payment_intents_customer_check'
    when length(new.description) > 1000 then 'payment_intents_description_check'
    when length(new.return_url) > 2048 then 'payment_intents_return_url_check'
    when jsonb_typeof(new.metadata) <> 'object' then 'payment_intents_metadata_check'
    when (new.status = 'requires_action') <> (new.next_action is not null)
      or (new.status = 'requires_action') <> (new.authentication is not null) then 'action_while_required'
    when (new.status = 'canceled') <> (new.canceled_at is not null) then 'canceled_at_names_its_time'
    when new.cancellation_reason is not null and new.status <> 'canceled' then 'reason_only_when_canceled'
    when new.amount_capturable <> case when new.status = 'requires_capture' then new.amount else 0 end
      then 'capturable_in_full_or_not_at_all'
    when new.status in ('processing', 'requires_capture', 'succeeded') and new.latest_charge is null
      then 'charge_while_needed'
    when new.status = 'succeeded' and new.last_payment_error is not null then 'no_error_beside_success'
    when case
      when new.status = 'requires_payment_method' then new.payment_method is not null
      when new.status = 'canceled' then false
      else new.payment_method is null
    end then 'payment_method_while_needed'
    when case
      when new.status = 'succeeded' then new.amount_received < 1 or new.amount_received > new.amount
      else new.amount_received <> 0
    end then 'received_when_succeeded'
  end;
begin
  if tg_op = 'UPDATE' then
    if old.status not in ('requires_payment_method', 'requires_confirmation', 'requires_action')
      and (new.amount <> old.amount or new.currency <> old.currency) then
      raise exception 'amount and currency of payment intent % stand still while it is %', old.id, old.status
        using errcode = 'restrict_violation';
    end if;
    if old.status in ('succeeded', 'canceled')
      and (new.status <> old.status or new.amount_received <> old.amount_received) then
      raise exception 'payment intent % is % and stays so', old.id, old.status using errcode = 'restrict_violation';
    end if;
  end if;
  if broken is not null then
    raise exception 'payment intent % breaks %', new.id, broken using
      errcode = 'check_violation', constraint = broken, table = 'payment_intents', schema = 'payments';
  end if;
  return new;
end $function$
-- execute: payments_owner

CREATE OR REPLACE FUNCTION payments.keep_payout()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if (new.amount, new.currency, new.merchant, new.mode, new.balance_transaction)
    is distinct from (old.amount, old.currency, old.merchant, old.mode, old.balance_transaction)
    or (old.status in ('failed', 'canceled') and new.status <> old.status)
    or (old.status = 'paid' and new.status not in ('paid', 'failed'))
    or (old.failure_balance_transaction is not null
      and new.failure_balance_transaction is distinct from old.failure_balance_transaction) then
    raise exception 'what payout % takes, and what became of it, stays so', old.id using errcode = 'restrict_violation';
  end if;
  return new;
end
$function$
-- execute: payments_owner, public

CREATE OR REPLACE FUNCTION payments.keep_reconciliation()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if old.status <> 'running' then
    raise exception 'reconciliation % has ended and stays as it is', old.id using errcode = 'restrict_violation';
  end if;
  return new;
end
$function$
-- execute: payments_owner, public

CREATE OR REPLACE FUNCTION payments.keep_setup_intent()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if old.status in ('succeeded', 'canceled') and (new.status <> old.status
    or new.customer is distinct from old.customer or new.payment_method is distinct from old.payment_method) then
    raise exception 'setup intent % is % and stays so', old.id, old.status using errcode = 'restrict_violation';
  end if;
  return new;
end $function$
-- execute: payments_owner

CREATE OR REPLACE FUNCTION payments.keep_to_one_customer()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  broken text := case
    when new.mode not in ('test', 'live') then 'payment_methods_mode_check'
    when new.type <> 'card' then 'payment_methods_type_check'
    when new.status not in ('fresh', 'attached', 'spent') then 'payment_methods_status_check'
    when new.allow_redisplay not in ('always', 'limited', 'unspecified') then 'payment_methods_allow_redisplay_check'
    when new.exp_month not between 1 and 12 then 'payment_methods_exp_month_check'
    when new.exp_year not between 2000 and 2200 then 'payment_methods_exp_year_check'
    when jsonb_typeof(new.card) <> 'object' then 'payment_methods_card_check'
    when jsonb_typeof(new.billing_details) <> 'object' then 'payment_methods_billing_details_check'
    when jsonb_typeof(new.metadata) <> 'object' then 'payment_methods_metadata_check'
    when new.status = 'attached' and new.customer is null then 'attached_to_somebody'
    when new.status = 'fresh' and new.customer is not null then 'fresh_belongs_to_nobody'
  end;
begin
  if tg_op = 'UPDATE' then
    if old.customer is not null and new.customer is distinct from old.customer then
      raise exception 'payment method % belongs to another customer', old.id using errcode = 'check_violation',
        constraint = 'one_customer_in_its_life';
    end if;
    if new.status <> old.status and (old.status = 'spent' or new.status = 'fresh') then
      raise exception 'payment method % goes from % to %', old.id, old.status, new.status using errcode = 'check_violation',
        constraint = 'spent_stays_spent';
    end if;
  end if;
  if broken is not null then
    raise exception 'payment method % breaks %', new.id, broken using
      errcode = 'check_violation', constraint = broken, table = 'payment_methods', schema = 'payments';
  end if;
  return new;
end $function$
-- execute: payments_owner

CREATE OR REPLACE FUNCTION payments.matches(document jsonb, query jsonb)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
  select case query ->> 'join' when 'or' then bool_or(held) else bool_and(held) end
  from (
    select coalesce(
      case clause ->> 'operator'
        when 'missing' then found is null
        when 'equals' then lower(found) = lower(clause ->> 'value')
        when 'contains' then position(lower(clause ->> 'value') in lower(found)) > 0
        when 'eq' then found::numeric = (clause ->> 'value')::numeric
        when 'gt' then found::numeric > (clause ->> 'value')::numeric
        when 'gte' then found::numeric >= (clause ->> 'value')::numeric
        when 'lt' then found::numeric < (clause ->> 'value')::numeric
        when 'lte' then found::numeric <= (clause ->> 'value')::numeric
      end, false) <> (clause ->> 'negated')::boolean as held
    from jsonb_array_elements(query -> 'clauses') as asked (clause),
      lateral (select document #>> array(select jsonb_array_elements_text(clause -> 'path')) as found) as looked
  ) as answered
$function$
-- execute: payments_app, payments_owner

CREATE OR REPLACE FUNCTION payments.movement_of_charge(charge payments.charges)
 RETURNS text
 LANGUAGE plpgsql
AS $function$
declare
  movement text := 'txn_' || substr(charge.id, 4);
begin
  insert into payments.movements (
    id, merchant, mode, kind, source, charge, amount, fee, net, currency, available_on, metadata, request_id,
    created_at, recorded_at, posting, posting_attempts, posting_after, ledger_transaction)
  values (
    movement, charge.merchant, charge.mode, 'charge', charge.id, charge.id, charge.amount, charge.fee,
    charge.amount - charge.fee, charge.currency,
    (date_trunc('day', charge.settled_at at time zone 'utc') + interval '2 days') at time zone 'utc',
    jsonb_build_object('charge', charge.id, 'payment_intent', charge.payment_intent), charge.request_id,
    charge.settled_at, charge.settled_at, charge.posting, charge.posting_attempts, charge.posting_after,
    charge.ledger_transaction)
  on conflict do nothing;
  return movement;
end $function$
-- execute: payments_app, payments_owner

CREATE OR REPLACE FUNCTION payments.processor_fee_of(movement payments.movements)
 RETURNS numeric
 LANGUAGE sql
 STABLE
AS $function$
  select l.fee from payments.settlement_lines l
  where movement.mode = 'live' and movement.charge is not null
    and l.merchant = movement.merchant and l.mode = movement.mode and l.charge = movement.charge
    and l.kind = movement.kind and l.currency = movement.currency and not l.fee_due
    and l.subject = coalesce(
      (select d.processor_id from payments.disputes d
       where d.merchant = movement.merchant and d.mode = movement.mode and d.id = movement.source),
      movement.source)
  order by l.id
  limit 1
$function$
-- execute: payments_owner, public

CREATE OR REPLACE FUNCTION payments.record_movement_of_charge()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  new.balance_transaction := payments.movement_of_charge(new);
  return new;
end $function$
-- execute: payments_owner
