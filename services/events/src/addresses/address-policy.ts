import { isIP } from 'node:net'
import type { Mode } from '@micro/contracts'
import { isLoopback, isNever, isPublic, within, type Network } from './address.ts'

/** What the operator allows besides what is public. */
export interface AddressRules {
  readonly networks: readonly Network[]
  readonly loopback: boolean
  /** Where Micro itself listens on this machine. */
  readonly ownPorts: () => readonly number[]
  /** The addresses of this machine. */
  readonly ownAddresses: () => readonly string[]
}

export interface AddressPolicy {
  /** Why a URL may not be sent to as it stands, before its name is looked up; undefined when it may. */
  refusalOfUrl(url: string, mode: Mode): string | undefined
  /** The same of an address that a name stands for. */
  refusalOfAddress(address: string): string | undefined
  /** The same of where a connection led. */
  refusalOfPeer(address: string, port: number): string | undefined
}

/** What listens below 1024 takes no webhooks, but for the web's own. */
const portsBelow1024: readonly number[] = [80, 443]
const hostWithoutBrackets = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1')
const isLocalName = (host: string): boolean => /^(.+\.)?localhost\.?$/.test(host)

/** Decides where webhooks may go: the one place, for whoever makes, changes, tests or delivers to an endpoint. */
export const createAddressPolicy = ({ networks, loopback, ownPorts, ownAddresses }: AddressRules): AddressPolicy => {
  const isAllowed = within(networks)

  // A machine reaches itself by its own public address as it does by 127.0.0.1, past every firewall in front of it.
  const isOfThisMachine = (address: string): boolean => isLoopback(address) || ownAddresses().includes(address)

  const refusalOfAddress = (address: string): string | undefined => {
    // A zone says which link it is on: such an address is always of a link.
    if (isIP(address) === 0 || address.includes('%') || isNever(address)) return 'it leads to an address nobody may use'
    if (isOfThisMachine(address)) return loopback ? undefined : 'it leads to the machine that Micro runs on'
    if (isPublic(address) || isAllowed(address)) return undefined
    return 'it leads into a private network'
  }

  const refusalOfPeer = (address: string, port: number): string | undefined =>
    isOfThisMachine(address) && ownPorts().includes(port) ? 'Micro itself listens there' : refusalOfAddress(address)

  return {
    refusalOfAddress,
    refusalOfPeer,
    refusalOfUrl(text, mode) {
      if (!URL.canParse(text)) return 'it must be a URL such as https://example.com/webhooks'
      const url = new URL(text)
      if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'it must begin with https:// or http://'
      if (url.username !== '' || url.password !== '') return 'it must not hold a name or a password'
      if (url.hash !== '') return 'it must not have a fragment (#): nobody would be sent it'
      const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
      if (port < 1024 && !portsBelow1024.includes(port)) return `port ${port} is not one for webhooks`
      const host = hostWithoutBrackets(url.hostname)
      const isAddress = isIP(host) !== 0
      const isLocal = isAddress ? isLoopback(host) : isLocalName(host)
      if (isLocal && !loopback) return 'it leads to the machine that Micro runs on'
      if (isLocal && ownPorts().includes(port)) return 'Micro itself listens there'
      if (mode === 'live' && url.protocol !== 'https:' && !isLocal) return 'in live mode it must begin with https://'
      return isAddress ? refusalOfPeer(host, port) : undefined
    },
  }
}
