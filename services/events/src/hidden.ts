/**
 * What people who look into the database do not see: `table` or `table.column`. An event shows its object whole, a
 * payment intent with the client secret that confirms it; the API tells whoever may know.
 */
export const hiddenFromPeople: readonly string[] = [
  'events.object',
  'dead_letters.content',
  'webhook_endpoints.secret',
  'webhook_endpoints.previous_secret',
  'idempotency_keys',
  'delivery_attempts.response_headers',
  'delivery_attempts.response_body',
  'cli_sessions.sealed_credential',
  'cli_sessions.websocket_hash',
  'cli_resends.websocket_hash',
]
