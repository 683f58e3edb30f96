import { namesType, type SequencedEvent } from '@micro/contracts'
import type { ErrorBody } from '@micro/kernel'
import { writtenOnce } from './written-once.ts'

/** The end of each event, which a comment needs no less for proxies that pass on whole events only. */
const end = '\n\n'

/** Names a place behind which a reader goes on; the id tells whether after a restore another event stands there. */
export const cursorOf = ({ seq, event }: SequencedEvent): string => `${seq}-${event.id}`

/** Reads what `cursorOf` made, or a seq that somebody typed. */
export const readCursor = (text: string): { readonly after: number; readonly event?: string } => {
  const [seq = '', event] = text.split(/-(.*)/)
  return { after: Number(seq), ...(event === undefined ? {} : { event }) }
}

/** JSON has no line break of its own, so one line holds all of it. */
export const eventText = writtenOnce(
  (sequenced: SequencedEvent): string => `id: ${cursorOf(sequenced)}\ndata: ${JSON.stringify(sequenced.event)}${end}`,
)

/** Moves on the reader's `Last-Event-ID`, and shows it nothing. */
export const placeText = (cursor: string): string => `id: ${cursor}${end}`

/** In how many milliseconds a reader comes back once the connection has ended. */
export const retryText = (ms: number): string => `retry: ${ms}${end}`

export const commentText = (text: string): string => `: ${text}${end}`

export const errorText = (error: ErrorBody): string => `event: error\ndata: ${JSON.stringify(error)}${end}`

/** Which events are asked for: types each exactly, or with a trailing `.*` all of an object; undefined: all. */
export const wantedOf =
  (types: readonly string[] | undefined) =>
  ({ event }: SequencedEvent): boolean =>
    types === undefined || types.some((filter) => namesType(filter, event.type))
