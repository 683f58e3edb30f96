/** An address that somebody else named, if it leads to a page: anything else, such as a script, is no link. */
export const webAddress = (named: string | null | undefined): string | undefined =>
  named !== null && named !== undefined && /^https?:\/\//.test(named) ? named : undefined
