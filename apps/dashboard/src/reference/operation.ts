/** A parameter, or a part of one: `shipping[address][city]` is a field of its own. */
export interface Field {
  readonly in: 'path' | 'query' | 'header' | 'body'
  readonly path: readonly [string, ...string[]]
  readonly required: boolean
  /**
   * What is typed for it. `json`: a list or an object, as JSON; `number`: also a number too large to be one; `secret`: a
   * text that is never shown, nor written into what is copied.
   */
  readonly kind: 'text' | 'secret' | 'integer' | 'number' | 'boolean' | 'choice' | 'json'
  /** Of a choice. */
  readonly choices?: readonly (string | number | boolean)[]
  /** Of what is typed as JSON. */
  readonly example?: string
  /** What it holds, in words: "string or null". */
  readonly holds: string
  /** What is to be known of it besides. */
  readonly note: string
}

/** An operation of the API, as its page shows it; made of the OpenAPI document when the dashboard is built. */
export interface Operation {
  readonly id: string
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** `/v1/charges/{id}` */
  readonly path: string
  /** What it does, in few words. */
  readonly title: string
  readonly summary: string
  /** The part of the API that it belongs to. */
  readonly group: string
  /** What a restricted key needs; undefined where no key, or any key, may. */
  readonly scope?: string
  /** Who may call it from a terminal: whoever has a secret key, or only a person's session, or anybody. */
  readonly credential: 'key' | 'session' | 'none'
  /** Whether it can be called from here, with the session of whoever is signed in. */
  readonly tryable: boolean
  /** How its body is sent, where it takes one. */
  readonly body?: 'form' | 'json'
  readonly fields: readonly Field[]
  /** What a success answers: its status and the form of its body. */
  readonly answers: { readonly status: number; readonly holds: string }
  /** The codes of its refusals, by status. */
  readonly refusals: readonly (readonly [status: number, codes: readonly string[]])[]
  /** How the `stripe` package calls it: `paymentIntents.create`. */
  readonly stripe?: string
}

/** Whether what goes by this name is for nobody else: a password, a key, a card. */
export const isSecret = (name: string): boolean =>
  /^((\w+_)?(password|secret|token)|secret_key|(card_|account_)?number|cvc)$/.test(name)

/** Whether a field takes a part of a card that nobody but its holder may have. */
export const isOfCard = ({ kind, path }: Pick<Field, 'kind' | 'path'>): boolean =>
  kind === 'secret' && /^((card_)?number|cvc)$/.test(path.at(-1) ?? '')

/** `shipping[address][city]` */
export const nameOf = ({ path: [first, ...rest] }: Pick<Field, 'path'>): string =>
  first + rest.map((part) => `[${part}]`).join('')

/** The place of a field among what was typed. */
export const keyOf = (field: Pick<Field, 'in' | 'path'>): string => `${field.in} ${nameOf(field)}`
