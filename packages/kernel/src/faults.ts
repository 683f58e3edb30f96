/** Stripe's error types; SDKs choose the exception class by them and by the HTTP status. */
export type FaultType = 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error'

export interface FaultSpec {
  readonly type: FaultType
  readonly status: number
  /** True when the same request may succeed later without a change. */
  readonly retryable: boolean
  /** What the caller reads: what is wrong, where, how to mend it. `{name}` is filled from the detail. */
  readonly text: string
  /** False where Stripe's API sends no `code` in this case. */
  readonly coded?: boolean
  /** The `code` a caller reads, where Stripe gives two cases one code with different statuses. */
  readonly publicCode?: string
}

const bad = (text: string, status = 400): FaultSpec => ({
  type: 'invalid_request_error',
  status,
  retryable: false,
  text,
})
const later = (status: number, text: string): FaultSpec => ({ type: 'api_error', status, retryable: true, text })

/** The one catalogue of everything a caller can be told. Sources: Stripe's error reference; the rest is Micro's own. */
export const faultCatalogue = {
  // the request
  parameter_missing: bad('Missing required param: {param}.'),
  parameter_unknown: bad('Received unknown parameter: {param}.'),
  parameter_invalid: bad('Invalid {param}: {reason}.'),
  parameter_invalid_integer: bad('Invalid integer: {param} {reason}.'),
  parameter_invalid_empty: bad('You passed an empty string for {param}. Leave it out to unset it, or pass a value.'),
  body_invalid: bad('The request body could not be read: {reason}.'),
  body_too_large: bad('The request body is larger than {limit} bytes.', 413),
  content_type_unsupported: bad('Content type {given} is not supported here. Send {supported}.', 415),
  resource_missing: bad("No such {resource}: '{id}'", 404),
  /** An id inside a parameter that names nothing: Stripe answers 400 here, and 404 for the object of the URL itself. */
  parameter_resource_missing: { ...bad("No such {resource}: '{id}'"), publicCode: 'resource_missing' },
  route_unknown: { ...bad('Unrecognized request URL ({method}: {path}). {hint}', 404), coded: false },
  method_not_allowed: bad('{method} is not allowed on {path}. Allowed: {allowed}.', 405),
  url_invalid: bad('The URL is malformed: {reason}.'),
  headers_too_large: bad('The request headers are too large.', 431),
  host_not_allowed: bad(
    "Host '{host}' is not served here. Add it to the allowed hosts, or call the gateway by its address.",
    421,
  ),
  origin_not_allowed: bad("Requests from origin '{origin}' are not allowed.", 403),
  // who is asking
  api_key_missing: bad(
    "You did not provide an API key. Provide it in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer sk_test_...').",
    401,
  ),
  api_key_invalid: bad('Invalid API Key provided: {key}', 401),
  api_key_expired: bad('Expired API Key provided: {key}', 401),
  session_missing: bad(
    "This request needs a session token; an API key is none. Log in at /auth/login and send 'Authorization: Bearer <token>'.",
    401,
  ),
  session_invalid: bad('The session token is invalid or has expired. Log in again, or use the refresh token.', 401),
  secret_key_required: bad('This request needs a secret API key (sk_...).', 403),
  internal_token_invalid: bad("This service answers Micro's own services only. Call the gateway.", 401),
  more_permissions_required: bad(
    "The provided key '{key}' does not have the required permissions for this endpoint. Having the '{scope}' permission would allow this request to continue.",
    403,
  ),
  permission_denied: bad('The credentials given are not allowed to do this.', 403),
  operator_required: bad('Only an operator of this installation may do this. Log in as one.', 403),
  live_requires_tls: bad(
    'Live keys are taken over TLS only: this request came in clear, and so did the key in it. Call by https; whoever runs the gateway gives it a certificate (MICRO_TLS_CERT_FILE and MICRO_TLS_KEY_FILE), or names the proxy that ends TLS in front of it (MICRO_TRUSTED_PROXIES), which must send X-Forwarded-Proto: https.',
    403,
  ),
  rate_limit: bad('Too many requests: {limit} per minute are allowed. Try again in {seconds} s.', 429),
  stream_limit: bad('Too many open streams for this {scope}: {limit} are allowed. Close one first.', 429),
  // people
  login_invalid: bad('The email or the password is wrong.', 401),
  login_throttled: bad('Too many failed logins. Try again in {seconds} s.', 429),
  email_taken: bad('This email cannot be registered. If you have an account, log in.', 409),
  registration_closed: bad(
    'Registration is closed on this installation. Its operator can invite you; the first user registers with MICRO_REGISTRATION=open.',
    403,
  ),
  invitation_invalid: bad(
    'This invitation is unknown, used, expired or for another email. Ask the operator for a new one.',
    403,
  ),
  user_disabled: bad('This account has been disabled by the operator of this installation.', 403),
  disable_self_refused: bad('You cannot disable yourself. Another operator can.'),
  operator_last: bad('This is the last operator of the installation. Make somebody else one first.'),
  refresh_token_invalid: bad('The refresh token is invalid, used or expired. Log in again.', 401),
  api_keys_too_many: bad(
    'You have {limit} active {mode} API keys, which is the most there may be. Revoke one you no longer use.',
  ),
  api_keys_rolled_too_many: bad(
    'You have {limit} rolled {mode} API keys that still work, which is the most there may be. Revoke one you no longer use, or roll with expires_in=0.',
  ),
  api_key_unexpected_state: bad('You cannot roll API key {id}: {reason}.'),
  password_wrong: bad('The current password is wrong.'),
  // idempotency
  idempotency_mismatch: {
    type: 'idempotency_error',
    status: 400,
    retryable: false,
    coded: false,
    text: "Keys for idempotent requests can only be used with the same endpoint and parameters they were first used with. Use a key other than '{key}' for a different request.",
  },
  idempotency_key_in_use: {
    type: 'idempotency_error',
    status: 409,
    retryable: true,
    text: "There is currently another in-progress request using the idempotency key '{key}'. Try again shortly.",
  },
  idempotency_key_invalid: bad('The idempotency key must have 1 to 255 printable characters.'),
  // payments
  amount_too_small: bad('Amount must be at least {min} {currency}.'),
  amount_too_large: bad('Amount must be no more than {max}.'),
  currency_unsupported: bad("Invalid currency: '{currency}'. Use a lower-case ISO 4217 code such as usd."),
  payment_intent_unexpected_state: bad(
    'You cannot {command} this PaymentIntent because it has a status of {status}. That takes one of these statuses: {allowed}.',
  ),
  payment_method_missing: bad(
    'You cannot confirm this PaymentIntent because it is missing a payment method. Pass payment_method, e.g. pm_card_visa.',
  ),
  lock_timeout: {
    type: 'invalid_request_error',
    status: 429,
    retryable: true,
    text: 'This object is being changed by another request. Try again.',
  },
  card_declined: { type: 'card_error', status: 402, retryable: false, text: 'Your card was declined.' },
  expired_card: { type: 'card_error', status: 402, retryable: false, text: 'Your card has expired.' },
  incorrect_cvc: { type: 'card_error', status: 402, retryable: false, text: "Your card's security code is incorrect." },
  processing_error: {
    type: 'card_error',
    status: 402,
    retryable: true,
    text: 'An error occurred while processing your card. Try again in a little bit.',
  },
  card_number_refused: {
    type: 'invalid_request_error',
    status: 402,
    retryable: false,
    text: 'Sending card numbers directly to the API is refused: they are never stored here. Use a test payment method such as pm_card_visa.',
  },
  processor_not_configured: bad(
    'Live mode has no payment processor configured on this installation, so no live charge can be made. Use a test key, or ask the operator to configure a processor.',
  ),
  // ledger
  account_exists: bad("Ledger account '{account}' exists already with other attributes.", 409),
  account_reserved: bad(
    "'{account}' belongs to Micro: names starting with sys_ can be read but not created or posted to.",
    403,
  ),
  account_frozen: bad("{param}: account '{account}' is frozen. Nothing is posted to it until it is active again.", 409),
  account_closed: bad("{param}: account '{account}' is closed, and stays so.", 409),
  account_not_empty: bad(
    "Account '{account}' has a balance of {balance} and {held} held, in minor units. Only an account at 0 without open holds can be closed.",
    409,
  ),
  insufficient_funds: bad(
    "{param}: account '{account}' has {available} available in minor units, this needs {required}.",
  ),
  limit_exceeded: bad(
    "{param}: account '{account}' would have a balance of {balance} in minor units{counting}, its max_balance is {limit}.",
  ),
  limit_refused: bad(
    "Invalid {param}: account '{account}' is beyond that limit already, it has {balance} in minor units{counting}.",
  ),
  asset_exists: bad("An asset with code '{asset}' exists already with another name or scale.", 409),
  verification_too_long: bad(
    'This ledger is too large to be verified within one answer. Send "Accept: application/x-ndjson" for an answer line by line, with progress.',
  ),
  hold_captured: bad("Hold '{hold}' was captured: nothing of it is left.", 409),
  hold_released: bad("Hold '{hold}' was released: nothing of it is left.", 409),
  hold_expired: bad("Hold '{hold}' has expired. Make another one.", 409),
  hold_exceeded: bad(
    "{param}: hold '{hold}' has {remaining} left on account '{account}' in minor units, this needs {required}.",
  ),
  hold_captures_too_many: bad(
    "Hold '{hold}' was captured {limit} times, which is the most there may be. Release it, and hold the rest anew.",
    409,
  ),
  transaction_not_reversible: bad("Transaction '{transaction}' cannot be reversed: {reason}.", 409),
  transaction_already_reversed: bad("Transaction '{transaction}' was reversed already, by '{reversal}'.", 409),
  reference_reserved: bad("References starting with 'micro:' belong to Micro. Choose another reference_id.", 403),
  reference_conflict: bad(
    "A transaction with reference_id '{reference}' exists already with other content. Another transaction takes another reference_id.",
    409,
  ),
  entries_too_few: bad('A transaction needs at least 2 entries.'),
  entry_zero: bad('{param} must not be 0.'),
  sign_direction_conflict: bad(
    '{param}: the amount {amount} and the direction {direction} contradict each other. Use positive amounts with a direction, or signed amounts (credit +, debit −).',
  ),
  transaction_unbalanced: bad(
    'The entries do not balance: {currency} credits minus debits is {difference} in minor units, it must be 0.',
  ),
  currency_mismatch: bad('{param}: account {account} is in {currency}, the transaction is in {expected}.'),
  condition_failed: bad(
    "{param}: account '{account}' would have {available} available in minor units, the condition asks for {asked}.",
    409,
  ),
  version_conflict: bad("{param}: account '{account}' is at version {version}, not {expected}.", 409),
  cursor_ahead: bad(
    '{param}: this cursor is behind transaction {seq}, but the book ends at {head}. It may have been restored from an older copy: read it again from a seq you trust.',
    409,
  ),
  cursor_foreign: bad(
    '{param}: this cursor is not of this book, or transaction {seq} has another hash than it had. Begin with after=0.',
    409,
  ),
  period_closed: bad(
    '{param}: the book is closed up to {closed_through}, and stays so. Choose a later time; what has to be put right is recorded in the open period.',
    409,
  ),
  report_too_large: bad('This report is over too much to make at once. Narrow it: {hint}.'),
  sum_out_of_range: bad('{param}: the amount or balance would pass the largest supported value.'),
  ledger_empty: bad('The ledger has no transactions yet, so there is nothing to sign.'),
  checkpoint_invalid: bad('Invalid {param}: {reason}.'),
  verification_running: {
    type: 'invalid_request_error',
    status: 409,
    retryable: true,
    text: 'This ledger is being verified already. Wait for that verification to end, then try again.',
  },
  // us
  ledger_busy: later(503, 'The ledger is busy. Nothing was recorded; try again.'),
  upstream_unavailable: later(503, 'The {service} service is unavailable right now. Try again shortly.'),
  upstream_timeout: later(
    504,
    'The {service} service did not answer in time. It may have done what was asked: repeat the request with the same idempotency key.',
  ),
  shutting_down: later(503, 'The server is shutting down. Try again shortly.'),
  internal: later(
    500,
    'An unexpected error happened on our side. Nothing was lost; quote the request id when you report it.',
  ),
} as const satisfies Record<string, FaultSpec>

export type FaultCode = keyof typeof faultCatalogue
/** Data that fills the text and, for a few names (see `publicMembers`), the error body. */
export type FaultDetail = Readonly<Record<string, unknown>>

// Objects in a detail are for the error body, never for its sentence.
const asText = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? `${value}` : ''

const fill = (text: string, detail: FaultDetail): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => asText(detail[name])).trim()

/** An expected end of work that leaves no trace behind: the caller's mistake or a passing condition, never our bug. */
export class Fault extends Error {
  override name = 'Fault'
  readonly code: FaultCode
  readonly detail: FaultDetail

  constructor(code: FaultCode, detail: FaultDetail = {}, options?: ErrorOptions) {
    super(fill(faultCatalogue[code].text, detail), options)
    this.code = code
    this.detail = detail
  }

  get spec(): FaultSpec {
    return faultCatalogue[this.code]
  }
}

/** The body every surface answers an error with. Extra members (`decline_code`, `payment_intent`, …) follow Stripe's names. Amounts among them are text. */
export interface ErrorBody {
  error: { type: FaultType; code?: string; message: string; param?: string; [member: string]: unknown }
}

const publicMembers = [
  'param',
  'decline_code',
  'charge',
  'payment_intent',
  'payment_method',
  'advice_code',
  'retry_after',
  'account',
  'available',
  'required',
  'hold',
  'remaining',
  'reversal',
] as const

/** The error envelope of a fault. */
export const errorBody = (fault: Fault): ErrorBody => {
  const { type, coded = true, publicCode = fault.code } = fault.spec as FaultSpec
  const members = publicMembers.filter((name) => fault.detail[name] !== undefined)
  return {
    error: {
      type,
      ...(coded ? { code: publicCode } : {}),
      message: fault.message,
      ...Object.fromEntries(members.map((name) => [name, fault.detail[name]])),
    },
  }
}
