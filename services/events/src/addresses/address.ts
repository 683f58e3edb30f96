import { BlockList, isIP, isIPv4 } from 'node:net'

/** A range of addresses, `10.0.0.0/8`. */
export interface Network {
  readonly address: string
  readonly prefix: number
}

/** `10.0.0.0/8`, `fd00::/8`, or one address; undefined when it is neither. */
export const parseNetwork = (text: string): Network | undefined => {
  const [address = '', bits, ...rest] = text.split('/')
  const version = isIP(address)
  const bitsMax = version === 4 ? 32 : 128
  if (version === 0 || rest.length > 0 || address.includes('%')) return undefined
  if (bits === undefined) return { address, prefix: bitsMax }
  return /^\d{1,3}$/.test(bits) && Number(bits) <= bitsMax ? { address, prefix: Number(bits) } : undefined
}

/** Whether an address is in any of these. Each family apart: one list of both takes IPv4 for what is mapped into IPv6. */
export const within = (networks: readonly Network[]): ((address: string) => boolean) => {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() }
  for (const { address, prefix } of networks) {
    const family = isIPv4(address) ? 'ipv4' : 'ipv6'
    lists[family].addSubnet(address, prefix, family)
  }
  return (address) => {
    const family = isIPv4(address) ? 'ipv4' : 'ipv6'
    return lists[family].check(address, family)
  }
}

const networks = (...texts: readonly string[]): readonly Network[] =>
  texts.map((text) => parseNetwork(text)).filter((network) => network !== undefined)

/**
 * Nobody's to allow: this machine's link, where clouds tell secrets to whoever asks, and what is no address of one
 * machine. IPv4 written as IPv6 is refused whatever it stands for: nothing needs it.
 */
export const isNever = within(
  networks(
    '0.0.0.0/8',
    '169.254.0.0/16',
    '100.100.100.200', // Alibaba's metadata
    '168.63.129.16', // Azure's
    '192.0.0.192', // Oracle's
    '224.0.0.0/4',
    '255.255.255.255',
    '::',
    '::ffff:0:0/96',
    '::ffff:0:0:0/96',
    'fe80::/10',
    'fec0::/10',
    'ff00::/8',
    'fd00:ec2::254', // Amazon's metadata
    'fd20:ce::254', // Google's
  ),
)

export const isLoopback = within(networks('127.0.0.0/8', '::1'))

const isReserved4 = within(
  networks(
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '172.16.0.0/12',
    '192.0.0.0/24',
    '192.0.2.0/24',
    '192.88.99.0/24',
    '192.168.0.0/16',
    '198.18.0.0/15',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '240.0.0.0/4',
  ),
)
const isGlobal6 = within(networks('2000::/3'))
/** Among them what only wraps IPv4 up. */
const isReserved6 = within(networks('2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'))

/** Whether anybody on the internet may be there. Of IPv6 only what is given out as such. */
export const isPublic = (address: string): boolean => {
  if (isIP(address) === 0 || isNever(address)) return false
  return isIPv4(address) ? !isReserved4(address) : isGlobal6(address) && !isReserved6(address)
}
