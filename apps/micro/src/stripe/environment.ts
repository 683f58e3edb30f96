type Variables = Readonly<Record<string, string | undefined>>

/** What of Stripe's own settings would lead the command line elsewhere, or show it somebody else. */
const stripes = /^STRIPE_/

const joined = (...names: readonly (string | undefined)[]): string =>
  names.filter((name) => name !== undefined && name !== '').join(',')

/**
 * The environment in which Stripe's command line talks to Micro and to nobody else: over the bridge's socket, with
 * settings of its own, so that keys of Stripe and of Micro never meet, and without telemetry.
 */
export const stripeEnvironment = (
  inherited: Variables,
  options: { socket: string; settingsFolder: string; apiKey: string | undefined; gatewayHost: string },
): Record<string, string> => {
  const kept = Object.entries(inherited).flatMap(([name, value]) =>
    value === undefined || stripes.test(name) ? [] : [[name, value] as const],
  )
  return {
    ...Object.fromEntries(kept),
    STRIPE_CLI_UNIX_SOCKET: options.socket,
    STRIPE_CLI_TELEMETRY_OPTOUT: '1',
    DO_NOT_TRACK: '1',
    XDG_CONFIG_HOME: options.settingsFolder,
    // A proxy would be asked for the WebSocket, though it goes over the socket.
    NO_PROXY: joined(inherited['NO_PROXY'], options.gatewayHost),
    no_proxy: joined(inherited['no_proxy'], options.gatewayHost),
    ...(options.apiKey === undefined ? {} : { STRIPE_API_KEY: options.apiKey }),
  }
}
