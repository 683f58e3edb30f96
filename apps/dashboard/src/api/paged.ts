/** Where the page of a list starts: behind the thing of this id. */
export interface AfterFilter {
  readonly after?: string
}

/** Reads it from an address; what cannot be an id is left out. */
export const afterIn = ({ after }: Record<string, unknown>): AfterFilter =>
  typeof after === 'string' && /^[\w-]{1,255}$/.test(after) ? { after } : {}

/** The same as the API asks for it. */
export const startingAfter = (after: string | undefined) => (after === undefined ? {} : { starting_after: after })
