import type { Explanation } from './explanation.ts'

/** Of who is asking and whether they may. */
export const accessExplanations = {
  api_key_missing: {
    when: 'The request has no `Authorization` header, or not in the form `Bearer KEY`.',
    remedy: 'Make a key (`micro keys create`) and send it. An SDK takes it as its first argument.',
  },
  api_key_invalid: {
    when: 'There is no such key, or it was revoked.',
    remedy: 'Look for a key that was cut off in copying; `micro keys list` shows which there are. Make a new one.',
  },
  api_key_expired: {
    when: 'The key was made for a time, or was rolled, and that time is over.',
    remedy: 'Make another one, or roll a key earlier with a longer `expires_in`.',
  },
  session_missing: {
    when: 'This is for people, such as making keys or ending logins, and an API key was sent.',
    remedy: 'Log in at `POST /auth/login`, and send its `token`.',
  },
  session_invalid: {
    when: 'The token is older than ten minutes, or its session was ended.',
    remedy: 'Get another one by `POST /auth/refresh`, or log in again.',
  },
  secret_key_required: {
    when: 'A publishable key, or a login, was used where a server has to ask.',
    remedy: 'Ask from your server with `sk_…` or `rk_…`. Never put one of those into a page.',
  },
  cookie_origin_refused: {
    when: 'A browser sent its session along with a change that no page of this gateway asked for.',
    remedy:
      'Open the dashboard by the address that the gateway goes by. Behind a proxy, see [operate](guides/operate.md).',
  },
  cookie_twice: {
    when: 'Cookies know no ports, and another program on this host set one of the same name.',
    remedy: 'Delete the cookies of this host and sign in again; the address `micro.localhost` keeps them apart.',
  },
  signed_in_as_another: {
    when: 'Between opening the page and answering, somebody else signed in with this browser.',
    remedy: 'Load the page again, look at whose account it shows, and sign in as the right one.',
  },
  verification_code_wrong: {
    when: 'The words that were typed are not those of the device that asks to be let in.',
    remedy: 'Type the four words of your own terminal. If it shows none, somebody else asks: refuse.',
  },
  mode_missing: {
    when: 'A browser’s session is of no mode, and the request does not name one.',
    remedy: 'Send `Micro-Mode: test` or `Micro-Mode: live`; to a stream `?mode=test`.',
  },
  mode_mismatch: {
    when: 'The request names two modes, by a key, the header or the query.',
    remedy: 'Leave `Micro-Mode` out beside a key.',
  },
  internal_token_invalid: {
    when: 'A service was called directly, at its own port.',
    remedy: 'Call the gateway. Whoever runs the installation keeps other ports closed.',
  },
  more_permissions_required: {
    when: 'A restricted key was used for something it was not made for.',
    remedy: 'Make one with the scope that the message names: `micro keys create --scopes …`.',
  },
  account_invalid: {
    when: 'A header names a connected account, as Stripe Connect has them. Micro has none.',
    remedy: 'Leave the header out. Each merchant has keys of its own.',
  },
  permission_denied: {
    when: 'Nobody from outside may do this.',
    remedy: 'Use another operation of the [API reference](openapi.json).',
  },
  operator_required: {
    when: 'It is about the whole installation, and this user is not its operator.',
    remedy: 'Ask an operator: the first user who registered, or whom they made one.',
  },
  live_requires_tls: {
    when: 'A live key, or a session in live mode, came in clear over a network.',
    remedy:
      'Call by https. If it was read on the way, it is known: roll the key. [Beyond this machine](../README.md#configuration-of-make-up) has what the operator sets.',
  },
  rate_limit: {
    when: 'More requests than the limit came with this key, or from this address, within 60 s.',
    remedy:
      'Wait for the seconds of `Retry-After`; SDKs do so by themselves. Whoever runs the installation sets `MICRO_RATE_LIMIT`.',
  },
  stream_limit: {
    when: 'As many streams are open as there may be.',
    remedy: 'Close one; look for a `micro listen` in another terminal. One stream serves many readers.',
  },
  websocket_id_unknown: {
    when: 'The official Stripe CLI came back with a session that is no longer there.',
    remedy: 'Nothing: it asks for another one by itself.',
  },
  login_invalid: {
    when: 'There is no such email, or the password is another. Both answer the same.',
    remedy: 'Check both. After some failures there is a pause.',
  },
  login_throttled: {
    when: 'Too many logins failed for this email or from this address.',
    remedy: 'Wait for the seconds of `Retry-After`.',
  },
  email_taken: {
    when: 'Somebody registered with this email.',
    remedy: 'Log in with it, or register another one.',
  },
  registration_closed: {
    when: 'Others can reach this installation, so not anybody may register.',
    remedy: 'Ask its operator for an invitation, and send its `token` as `invitation`.',
  },
  invitation_invalid: {
    when: 'The invitation was used, has expired, or was made for another email.',
    remedy: 'Ask the operator for a new one, for the very email you register with.',
  },
  user_disabled: {
    when: 'An operator disabled this user. Keys and logins of it work no longer.',
    remedy: 'Ask an operator of the installation.',
  },
  disable_self_refused: {
    when: 'An operator tried to disable themselves.',
    remedy: 'Let another operator do so.',
  },
  operator_last: {
    when: 'Without this operator nobody could look after the installation.',
    remedy: 'Make somebody else an operator first: `POST /auth/operator/users/{id}` with `operator=true`.',
  },
  refresh_token_invalid: {
    when: 'A refresh token works once. One that is used twice ends its whole session, as it may have been stolen.',
    remedy: 'Log in again, and keep the newest refresh token only.',
  },
  api_keys_too_many: {
    when: 'There are as many active keys of this mode as there may be.',
    remedy: 'Revoke those that nobody used lately: `micro keys list` shows when each was.',
  },
  api_keys_rolled_too_many: {
    when: 'Keys were rolled faster than their old ones ended.',
    remedy: 'Revoke an old one, or roll with `expires_in=0`, which ends the old one at once.',
  },
  publishable_key_exists: {
    when: 'There is one publishable key for each mode.',
    remedy: 'Use that one, or roll it.',
  },
  api_key_unexpected_state: {
    when: 'The key has been revoked or has expired, and cannot be rolled.',
    remedy: 'Create a new one.',
  },
  password_wrong: {
    when: 'Changing a password takes the current one.',
    remedy: 'Send the current one as `current_password`.',
  },
  idempotency_mismatch: {
    when: 'An idempotency key stands for one request, and came again with another.',
    remedy:
      'Take a new key for each thing you want done, and the same one only to send the very same again: [idempotency](concepts/idempotency.md).',
  },
  idempotency_key_in_use: {
    when: 'The first request under this key has no answer yet.',
    remedy: 'Send it again in a moment, unchanged; you get the first one’s answer.',
  },
  idempotency_key_invalid: {
    when: 'The key is empty, too long, or has characters that cannot be printed.',
    remedy: 'Take the id of what you want done, such as an order, or a UUID.',
  },
} as const satisfies Readonly<Record<string, Explanation>>
