import Type, { type Static } from 'typebox'
import { Timestamp } from './common.ts'

/** Space around it is forgiven, as pasting adds some. */
export const Email = Type.String({
  minLength: 3,
  maxLength: 254,
  pattern:
    '^\\s*[^\\s@\\u0000-\\u001f\\u007f-\\u009f\\ud800-\\udfff]+@[^\\s@\\u0000-\\u001f\\u007f-\\u009f\\ud800-\\udfff]+\\s*$',
  'x-expected': 'an email address such as dev@example.com',
})

export const User = Type.Object({
  id: Type.String(),
  object: Type.Literal('user'),
  email: Type.String(),
  merchant: Type.String(),
  operator: Type.Boolean(),
  created: Timestamp,
})
export type User = Static<typeof User>

export const Tokens = Type.Object({
  token: Type.String({ description: 'Access token (JWT, EdDSA).' }),
  refresh_token: Type.String(),
  token_type: Type.Literal('Bearer'),
  expires_in: Type.Integer({ description: 'Seconds until the access token expires.' }),
})
export type Tokens = Static<typeof Tokens>
