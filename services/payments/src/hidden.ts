/**
 * What people who look into the database do not see: `table` or `table.column`. Idempotency keys are kept with their
 * answers, whoever asked; a client secret confirms a payment or a setup, the name of a page of authentication answers there,
 * and all of them stand also in what is told.
 */
export const hiddenFromPeople: readonly string[] = [
  'idempotency_keys',
  'payment_intents.client_secret',
  'setup_intents.client_secret',
  'setup_intents.authentication',
  'setup_intents.next_action',
  'payment_intents.authentication',
  'payment_intents.next_action',
  'processors.secret_key',
  'processor_webhooks.secret',
  'outbox.object',
  'outbox.previous_attributes',
]
