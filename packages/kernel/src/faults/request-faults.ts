import { bad, type FaultSpec } from './fault-spec.ts'

/** What is wrong with a request itself, whatever it asks for. */
export const requestFaults = {
  parameter_missing: bad('Missing required param: {param}.'),
  parameter_unknown: bad('Received unknown parameter: {param}'),
  /** One of Stripe's: told apart for people, to programs it is as unknown as any other. */
  parameter_unsupported: {
    ...bad("{param} is one of Stripe's parameters that Micro does not support yet. Leave it out."),
    publicCode: 'parameter_unknown',
  },
  parameter_invalid: bad('Invalid {param}: {reason}.'),
  parameter_invalid_integer: bad('Invalid integer: {param} {reason}.'),
  parameter_invalid_empty: bad(
    "You passed an empty string for '{param}'. We assume empty values are an attempt to unset a parameter; however '{param}' cannot be unset. You should remove '{param}' from your request or supply a non-empty value.",
  ),
  property_unexpandable: { ...bad('This property cannot be expanded ({path}). {hint}'), coded: false },
  property_expansion_max_depth: bad('You cannot expand more than {limit} levels of a property. Property: {path}'),
  expansion_too_large: bad(
    'What is to be expanded is more than one answer holds ({limit}). Expand less, or ask for fewer objects by limit.',
  ),
  search_too_slow: bad(
    'The search looked for {seconds} s and found too little. It reads from the newest object on: list with filters to find older ones.',
  ),
  body_invalid: bad('The request body could not be read: {reason}.'),
  body_too_large: bad('The request body is larger than {limit} bytes.', 413),
  content_type_unsupported: bad('Content type {given} is not supported here. Send {supported}.', 415),
  resource_missing: bad("No such {resource}: '{id}'", 404),
  /** An id inside a parameter that names nothing: Stripe answers 400 here, and 404 for the object of the URL itself. */
  parameter_resource_missing: { ...bad("No such {resource}: '{id}'"), publicCode: 'resource_missing' },
  route_unknown: { ...bad('Unrecognized request URL ({method}: {path}). {hint}', 404), coded: false },
  /** The same for what may be a route of Stripe's: the page says what of its API Micro answers. */
  stripe_route_unknown: {
    ...bad(
      "Unrecognized request URL ({method}: {path}). This is Micro, which answers a part of Stripe's API and not this: see /docs/stripe-coverage for what it does.",
      404,
    ),
    coded: false,
    page: '/docs/stripe-coverage',
  },
  api_version_invalid: {
    ...bad('Invalid Stripe API version: {version}. Send one of the form 2026-10-28.endive, or leave it out.'),
    coded: false,
  },
  method_not_allowed: bad('{method} is not allowed on {path}. Allowed: {allowed}.', 405),
  url_invalid: bad('The URL is malformed: {reason}.'),
  headers_too_large: bad('The request headers are too large.', 431),
  host_not_allowed: bad(
    "Host '{host}' is not served here. Add it to the allowed hosts, or call the gateway by its address.",
    421,
  ),
  origin_not_allowed: bad("Requests from origin '{origin}' are not allowed.", 403),
} as const satisfies Record<string, FaultSpec>
