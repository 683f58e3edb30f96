import type { Pairing } from '@micro/contracts'

/** What a device is let in for, and what that means. */
export const givesWords = {
  key: {
    wants: 'wants to use Stripe’s command line with your account.',
    gets: 'A secret key, for 90 days',
    modes: 'Test mode alone',
    after: { to: '/keys', text: 'your API keys', how: 'revoke it' },
  },
  session: {
    wants: 'wants to use Micro’s command line as you.',
    gets: 'A login of its own: it can do all that you can',
    modes: 'Test and live mode',
    after: { to: '/sessions', text: 'your sessions', how: 'sign it out' },
  },
} as const satisfies Record<Pairing['gives'], object>

/** In which modes, and where else, it can act then. An operator's login is an operator's. */
export const reachText = (gives: Pairing['gives'], { operator }: { operator: boolean }): string =>
  gives === 'session' && operator
    ? `${givesWords.session.modes}, and this installation: you are an operator`
    : givesWords[gives].modes

/** A name that anybody may have chosen stands in quotes, and is said to be its own. */
export const deviceText = ({ device_name }: Pick<Pairing, 'device_name'>): string =>
  device_name === '' ? 'A device' : `A device that calls itself “${device_name}”`

/** Whether it asks from elsewhere than whoever is asked: then somebody may have sent them here. */
export const isElsewhere = ({ client_ip, your_ip }: Pick<Pairing, 'client_ip' | 'your_ip'>): boolean =>
  client_ip !== null && client_ip !== your_ip
