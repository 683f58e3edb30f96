import { expect, test } from 'vitest'
import { stripeEnvironment } from './environment.ts'

const options = { socket: '/tmp/s', settingsFolder: '/home/dev/.micro-stripe', gatewayHost: '127.0.0.1' }

test("Stripe's command line gets Micro's key, socket and folder, no telemetry, and nothing of Stripe's", () => {
  const inherited = {
    PATH: '/bin',
    STRIPE_API_KEY: 'sk_live_of_stripe',
    STRIPE_PROJECT_NAME: 'shop',
    XDG_CONFIG_HOME: '/home/dev/.config',
    NO_PROXY: 'localhost',
  }
  expect(stripeEnvironment(inherited, { ...options, apiKey: 'sk_test_of_micro' })).toEqual({
    PATH: '/bin',
    STRIPE_API_KEY: 'sk_test_of_micro',
    STRIPE_CLI_UNIX_SOCKET: '/tmp/s',
    STRIPE_CLI_TELEMETRY_OPTOUT: '1',
    DO_NOT_TRACK: '1',
    XDG_CONFIG_HOME: '/home/dev/.micro-stripe',
    NO_PROXY: 'localhost,127.0.0.1',
    no_proxy: '127.0.0.1',
  })
})

test('without a key of Micro there is none', () =>
  expect(
    stripeEnvironment({ STRIPE_API_KEY: 'sk_live_of_stripe' }, { ...options, apiKey: undefined }),
  ).not.toHaveProperty('STRIPE_API_KEY'))
