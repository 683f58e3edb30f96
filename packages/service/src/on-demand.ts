/** What `make` makes, made when it is first asked for and then kept. */
export const onDemand = <T extends object>(make: () => T): (() => T) => {
  let made: T | undefined
  return () => (made ??= make())
}
