import { bad, type FaultSpec } from './fault-spec.ts'

/** Who is asking and whether they may; people and their logins; idempotency keys. */
export const accessFaults = {
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
  session_invalid: bad('The session is invalid or has expired. Log in again, or use the refresh token.', 401),
  secret_key_required: bad(
    'This request needs a secret API key (sk_..., or rk_... with the scope it takes), which only your server may hold. A publishable key (pk_...) or a session is not enough.',
    403,
  ),
  cookie_origin_refused: bad(
    "A browser's session is taken from pages of this gateway only. This request's Origin is {origin}, and the gateway was reached as {own}. Behind a proxy that ends TLS, name it in MICRO_TRUSTED_PROXIES and let it send X-Forwarded-Proto.",
    403,
  ),
  cookie_twice: bad(
    "The browser sent more than one cookie named {name}, and at most one of them is this gateway's: a page of another port or domain set the others. Signing out ends whatever they hold; then delete the cookies of this host in the browser, and sign in again.",
    401,
  ),
  mode_missing: bad(
    "A browser's session acts in the mode that each request names, and this one names none: send the header 'Micro-Mode: test' or 'Micro-Mode: live', or to a stream ?mode=test.",
  ),
  mode_mismatch: bad(
    'Micro-Mode names {named} mode, and {other} says {mode}. Name one mode only, and beside a key none: a key has its own.',
  ),
  internal_token_invalid: bad("This service answers Micro's own services only. Call the gateway.", 401),
  more_permissions_required: bad(
    "The provided key '{key}' does not have the required permissions for this endpoint. Having the '{scope}' permission would allow this request to continue.",
    403,
  ),
  account_invalid: bad(
    "The provided key '{key}' does not have access to account '{named}' (or that account does not exist). There are no connected accounts here: leave the {header} header out.",
    403,
  ),
  permission_denied: bad('The credentials given are not allowed to do this.', 403),
  operator_required: bad('Only an operator of this installation may do this. Log in as one.', 403),
  live_requires_tls: bad(
    'Live mode is taken over TLS only: this request came in clear, and so did the key or cookie in it. Call by https; whoever runs the gateway gives it a certificate (MICRO_TLS_CERT_FILE and MICRO_TLS_KEY_FILE), or names the proxy that ends TLS in front of it (MICRO_TRUSTED_PROXIES), which must send X-Forwarded-Proto: https.',
    403,
  ),
  rate_limit: bad('Too many requests: {limit} per minute are allowed. Try again in {seconds} s.', 429),
  stream_limit: bad('Too many open streams for this {scope}: {limit} are allowed. Close one first.', 429),
  /** Stripe's command line asks for a new session when it reads exactly this. */
  websocket_id_unknown: bad('Unknown WebSocket ID.', 401),
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
  publishable_key_exists: bad(
    'You have a publishable {mode} API key already: {id}. Roll it, or revoke it before you make another.',
  ),
  api_key_unexpected_state: bad('You cannot roll API key {id}: {reason}.'),
  password_wrong: bad('The current password is wrong.'),
  signed_in_as_another: bad(
    'The session is of {merchant}, and this was asked for {named}: somebody else signed in meanwhile. Look again at who you are.',
    409,
  ),
  verification_code_wrong: bad(
    'These are not the words that the device shows. Type those of your own terminal; if it shows none, refuse.',
  ),
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
} as const satisfies Record<string, FaultSpec>
