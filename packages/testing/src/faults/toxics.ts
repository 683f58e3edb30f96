import type { Seeded } from '../random.ts'

/** `upstream` goes from the client to the server, `downstream` from the server to the client. */
export type Stream = 'upstream' | 'downstream'

/** What can be wrong with a connection, in toxiproxy's words; the last two are our own. */
export type Toxic = {
  /** Which way it works. Default: both. */
  readonly stream?: Stream
  /** The share of connections it befalls, 0 to 1; of replies in the case of `cut_reply`. Default 1. */
  readonly toxicity?: number
} & (
  | { readonly kind: 'latency'; readonly ms: number; readonly jitterMs?: number }
  | { readonly kind: 'bandwidth'; readonly bytesPerSecond: number }
  /** Passes the end of a stream on this much later. */
  | { readonly kind: 'slow_close'; readonly ms: number }
  /** Lets nothing through and closes after `ms`; with 0 only once the toxic is removed. */
  | { readonly kind: 'timeout'; readonly ms: number }
  /** Resets `ms` after the first byte came by. */
  | { readonly kind: 'reset_peer'; readonly ms: number }
  /** Cuts what passes into pieces of about `bytes`, with a pause between them. */
  | { readonly kind: 'slicer'; readonly bytes: number; readonly pauseMs: number }
  /** Closes once this many bytes have passed. */
  | { readonly kind: 'limit_data'; readonly bytes: number }
  /**
   * A host that vanished: swallows everything, accepts new connections and leads them nowhere. A connection that lost
   * something stays deaf after the toxic is removed, as it would be.
   */
  | { readonly kind: 'half_open' }
  /**
   * Resets once `bytes` of a reply have passed: the request arrived, its reply is lost. Only replies to what `request`
   * recognises, counted from the piece that `reply` recognises; by default any.
   */
  | {
      readonly kind: 'cut_reply'
      readonly bytes: number
      readonly request?: (bytes: Buffer) => boolean
      readonly reply?: (bytes: Buffer) => boolean
    }
)

export type ToxicOf<Kind extends Toxic['kind']> = Extract<Toxic, { kind: Kind }>

/** What a connection asks of the toxics: those that befall it, in the order in which they were added. */
export interface Affliction {
  of<Kind extends Toxic['kind']>(kind: Kind, stream: Stream): ToxicOf<Kind>[]
  /** The toxic is still there. */
  holds(toxic: Toxic): boolean
}

/** The toxics of one proxy. Whom a toxic befalls is decided once per connection, when the connection first meets it. */
export const createToxics = (random: Seeded) => {
  const active = new Set<Toxic>()
  return {
    add(toxic: Toxic): () => void {
      active.add(toxic)
      return () => void active.delete(toxic)
    },
    clear: () => active.clear(),
    for(): Affliction {
      const decided = new Map<Toxic, boolean>()
      const befalls = (toxic: Toxic): boolean => {
        const { kind, toxicity = 1 } = toxic
        if (kind === 'cut_reply' || toxicity === 1) return true
        const known = decided.get(toxic) ?? random.chance(toxicity)
        decided.set(toxic, known)
        return known
      }
      return {
        of: <Kind extends Toxic['kind']>(kind: Kind, stream: Stream) =>
          [...active].filter(
            (toxic): toxic is ToxicOf<Kind> =>
              toxic.kind === kind && (toxic.stream ?? stream) === stream && befalls(toxic),
          ),
        holds: (toxic) => active.has(toxic),
      }
    },
  }
}
