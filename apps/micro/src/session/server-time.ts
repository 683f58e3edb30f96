/** The server's time as its answer told it, in Unix seconds; undefined when it did not. */
export const serverSeconds = (headers: Headers): number | undefined => {
  const ms = Date.parse(headers.get('date') ?? '')
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1_000)
}
