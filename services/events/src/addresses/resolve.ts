import { lookup, Resolver } from 'node:dns/promises'

/** The addresses that a name stands for; rejects when it stands for none, or nobody tells. */
export type Resolve = (host: string) => Promise<readonly string[]>

const tries = 2
const timeoutMs = 2_000
const loopbackNames = /^(.+\.)?localhost\.?$/
/** Names that no name server of the internet gives out: only this machine knows what they stand for. */
const namesOfThisMachine = /^[^.]+$|\.(internal|local|lan|test|home\.arpa)\.?$/

/**
 * Asks name servers directly. The system's own way takes one of four threads for as long as a name server likes, and
 * whoever chooses a slow one would hold up everybody; it is asked for names alone that nobody outside can answer for.
 */
export const createResolve = (): Resolve => {
  const resolver = new Resolver({ timeout: timeoutMs, tries })
  return async (host) => {
    if (loopbackNames.test(host)) return ['127.0.0.1', '::1']
    const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)])
    const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
    if (found.length > 0) return found
    if (namesOfThisMachine.test(host)) return (await lookup(host, { all: true })).map(({ address }) => address)
    throw answers.find((answer) => answer.status === 'rejected')?.reason ?? new Error(`${host} has no address`)
  }
}
