import { networkInterfaces } from 'node:os'

/** The addresses of this machine, as of now. */
export const ownAddresses = (): readonly string[] =>
  Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address))
