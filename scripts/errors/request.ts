import type { Explanation } from './explanation.ts'

/** Of what is wrong with a request itself. */
export const requestExplanations = {
  parameter_missing: {
    when: 'The operation needs the parameter that `param` names.',
    remedy: 'Send it. The [API reference](openapi.json) marks what is required.',
  },
  parameter_unknown: {
    when: 'Micro knows no such parameter here, and does not guess what was meant.',
    remedy: 'Look for a slip of the pen, or a parameter that belongs into the query or the body; else leave it out.',
  },
  parameter_unsupported: {
    when: "It is one of Stripe's, and Micro would not do what it asks for.",
    remedy: 'Leave it out. [What Micro answers](stripe-coverage.md) lists what it does, operation by operation.',
  },
  parameter_invalid: {
    when: 'The value does not have the form or the range that the parameter takes.',
    remedy: 'Change it as the message says, then send it under another idempotency key.',
  },
  parameter_invalid_integer: {
    when: 'An integer was expected, and the text is none: a fraction, an exponent, a separator.',
    remedy: 'Send whole minor units: `1999` for 19.99 USD, `1999` for 1999 JPY.',
  },
  parameter_invalid_empty: {
    when: 'An empty text stands for "unset this", and this parameter cannot be unset.',
    remedy: 'Leave it out, or give it a value.',
  },
  property_unexpandable: {
    when: 'A path in `expand` leads to nothing, or to something that is whole already.',
    remedy: 'Expand an id of the object you asked for; in a list it begins with `data.`.',
  },
  property_expansion_max_depth: {
    when: 'A path in `expand` is deeper than four objects.',
    remedy: 'Expand less, and ask for the rest by its id.',
  },
  expansion_too_large: {
    when: 'The expanded objects would make an answer that is too large.',
    remedy: 'Ask for a smaller page by `limit`, or expand fewer paths.',
  },
  search_too_slow: {
    when: 'What was looked for is rare and far back: a search reads from the newest object on.',
    remedy: 'Narrow it by `created`, or list with filters, which go by an index.',
  },
  body_invalid: {
    when: 'The body is no JSON, no form, or not in UTF-8.',
    remedy:
      'Let a library write it. Under `/v1` a body is a form unless `Content-Type: application/json` says otherwise.',
  },
  body_too_large: {
    when: 'The body has more bytes than the operation takes.',
    remedy: 'Send it in parts; what is long goes as NDJSON where the operation takes it.',
  },
  content_type_unsupported: {
    when: 'The body has a content type that the operation does not read.',
    remedy: 'Send one of those that the message names.',
  },
  resource_missing: {
    when: 'There is nothing under this id for this key. An id of another merchant, or of the other mode, answers the same.',
    remedy: 'Look whether key and id are of the same mode, and of the same merchant: `micro whoami` tells.',
  },
  parameter_resource_missing: {
    when: 'The id inside the parameter that `param` names belongs to nothing that this key can see.',
    remedy: 'Create the object first, in the same mode, or correct the id.',
  },
  route_unknown: {
    when: 'There is no such path.',
    remedy: 'Compare it with the [API reference](openapi.json): a slash too many, a missing `/v1`, another method.',
  },
  stripe_route_unknown: {
    when: 'The path may be one of Stripe’s, and Micro does not answer it.',
    remedy: 'See [what Micro answers](stripe-coverage.md). Nothing was done.',
  },
  api_version_invalid: {
    when: 'The header `Stripe-Version` has not the form of a version.',
    remedy: 'Leave it out, or let the SDK send its own.',
  },
  method_not_allowed: {
    when: 'The path is there, and takes other methods.',
    remedy: 'Use one that the message, and the header `Allow`, name.',
  },
  url_invalid: {
    when: 'The address of the request, or one inside it, cannot be read.',
    remedy: 'Encode what is special in it: `encodeURIComponent`, or `--data-urlencode` of curl.',
  },
  headers_too_large: {
    when: 'All headers together are larger than a request may have, often by cookies of other programs on the same host.',
    remedy:
      'Send fewer. In a browser, delete the cookies of this host, or open it as `micro.localhost`, which has none of others.',
  },
  host_not_allowed: {
    when: 'The request names a host that this gateway does not go by; it might be a web page that tries to reach your machine.',
    remedy: 'Call it by its address, or let its operator add the name to `MICRO_ALLOWED_HOSTS`.',
  },
  origin_not_allowed: {
    when: 'A web page of another origin called, and only a publishable key may be used from there.',
    remedy: 'Call from your server, or let the operator add the origin to `MICRO_ALLOWED_ORIGINS`.',
  },
} as const satisfies Readonly<Record<string, Explanation>>
