import type { Static, TSchema } from 'typebox'
import type { FaultCode } from '@micro/kernel'
import type { MerchantPrincipal, ServiceName, ServicePrincipal } from './principal.ts'
import type { RouteScope } from './scopes.ts'

/**
 * Who may call: anyone, a person's session, the session of someone who runs this installation, an API key with the
 * route's scope, the key that a merchant's own web page carries for everybody to read, or another service (never
 * through the gateway).
 */
export type Access = 'public' | 'session' | 'operator' | 'secret_key' | 'publishable_key' | 'internal'

/** How a stream is written: a JSON object a line, or RFC 4180's text. */
export type StreamFormat = 'ndjson' | 'csv'

/** What a route answers that sends line after line for as long as it takes. */
export interface StreamSpec {
  /** The first is what a caller gets who names none. */
  readonly formats: readonly [StreamFormat, ...StreamFormat[]]
  /** One line of NDJSON. */
  readonly line: TSchema
  /** The `object` of the line that ends a whole NDJSON stream. Left out: it goes on until the caller leaves. */
  readonly end?: string
  /** False where the caller may have an ordinary answer instead, of which `response` tells. */
  readonly always: boolean
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** `/v1/...` is the Stripe-compatible surface, everything else the original one. Params as `:id`. */
  readonly path: string
  /** The same operation on the original surface. */
  readonly alias?: string
  readonly service: ServiceName
  readonly access: readonly [Access, ...Access[]]
  /** What an API key must have been given to call; a route with `secret_key` access names exactly one. */
  readonly scope?: RouteScope
  readonly summary: string
  readonly params?: TSchema
  readonly query?: TSchema
  readonly body?: TSchema
  readonly response: TSchema
  /** Its successes are pages for people with a browser, in place of `response`; its refusals are not. */
  readonly page?: true
  /**
   * What of `response` whoever holds a publishable key gets to see, also of the object that an error shows; members it
   * does not name are left out. A route with `publishable_key` access states it.
   */
  readonly publicResponse?: TSchema
  /** Left out: every answer is one body. */
  readonly stream?: StreamSpec
  /** Its success is server-sent events, of which this is the `data`, until the caller leaves. Only the gateway has such. */
  readonly sse?: TSchema
  /** Status of a success on the original surface; `/v1` always answers 200, as Stripe does. */
  readonly status: 200 | 201
  /** Largest request body in bytes, where it is another than that of every route. */
  readonly bodyBytesMax?: number
  /**
   * Its caller shows no key, but signs the body in a `Stripe-Signature` header: the handler gets both as they came
   * (`call.signed`), undecoded, and is alone with the question whether to believe them.
   */
  readonly signed?: true
  /** Whoever reads it is put on record for it: a GET that is not without effect. */
  readonly recorded?: true
  /** True where an `Idempotency-Key` header is honoured. */
  readonly idempotent?: boolean
  /**
   * The one parameter of the body, as `/card/number`, that may hold a card number: of a publishable key, in test mode, or
   * on a page, of whoever reads it.
   * Its check takes the number out before anything is kept, and refuses all but the published test numbers.
   */
  readonly cardNumber?: string
  /** The faults a caller should expect beyond those every route shares. */
  readonly faults?: readonly FaultCode[]
}

export type Api = Readonly<Record<string, Route>>

// A route open to keys that forgot its scope does not compile, and neither does a scope that nobody would ask for.
type WithScope<R extends Route> = 'secret_key' extends R['access'][number]
  ? { readonly scope: RouteScope }
  : { readonly scope?: never }
// Nor does one open to everybody's browser that forgot to say what may be seen there.
type WithPublicResponse<R extends Route> = 'publishable_key' extends R['access'][number]
  ? { readonly publicResponse: TSchema }
  : { readonly publicResponse?: never }

/** Declares a route; its literal types are what handlers, client and documentation derive from. */
export const route = <const R extends Route>(spec: R & WithScope<R> & WithPublicResponse<R>): R => spec

type Part<S> = S extends TSchema ? Static<S> : Record<string, never>
export type Params<R extends Route> = Part<R['params']>
export type Query<R extends Route> = Part<R['query']>
export type Body<R extends Route> = Part<R['body']>
export type Response<R extends Route> = Static<R['response']>
/** One line of a route's stream. */
export type Line<R extends Route> = R extends { readonly stream: { readonly line: infer L extends TSchema } }
  ? Static<L>
  : never

/** The principal a handler receives, by the access its route declares. */
export type PrincipalOf<R extends Route> = 'internal' extends R['access'][number]
  ? ServicePrincipal
  : 'public' extends R['access'][number]
    ? undefined
    : MerchantPrincipal

/** What a caller passes to an operation: only the parts its route has. */
export type Input<R extends Route> = (R['params'] extends TSchema ? { params: Static<R['params']> } : object) &
  (R['query'] extends TSchema ? { query?: Static<R['query']> } : object) &
  (R['body'] extends TSchema ? { body: Static<R['body']> } : object) & { idempotencyKey?: string; requestId?: string }

/** Both paths of a route, the canonical one first. */
export const pathsOf = ({ path, alias }: Route): readonly string[] => (alias === undefined ? [path] : [path, alias])

export type Surface = 'stripe' | 'original' | 'internal'

/** `/v1` answers as Stripe does; `/internal` is never routed by the gateway. */
export const surfaceOf = (path: string): Surface =>
  path.startsWith('/v1/') ? 'stripe' : path.startsWith('/internal/') ? 'internal' : 'original'

export const successStatus = (spec: Route, surface: Surface): 200 | 201 => (surface === 'stripe' ? 200 : spec.status)
