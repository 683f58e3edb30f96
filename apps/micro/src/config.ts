/** What the environment says; empty means unset. */
export interface Environment {
  readonly apiKey: string | undefined
  readonly gatewayUrl: string | undefined
  readonly settingsPath: string | undefined
  readonly profile: string | undefined
  /** Colour is welcome: no NO_COLOR (https://no-color.org), no dumb terminal. */
  readonly colour: boolean
  /** There is a screen that a browser could open on. */
  readonly screen: boolean
  /** All of it, for programs of others that are started from here. */
  readonly inherited: Readonly<Record<string, string | undefined>>
}

const filled = (text: string | undefined): string | undefined => (text === '' ? undefined : text)

/** The only reader of the environment. */
export const readEnvironment = (env: Readonly<Record<string, string | undefined>> = process.env): Environment => ({
  apiKey: filled(env['MICRO_API_KEY']),
  gatewayUrl: filled(env['MICRO_GATEWAY_URL']),
  settingsPath: filled(env['MICRO_CONFIG']),
  profile: filled(env['MICRO_PROFILE']),
  colour: filled(env['NO_COLOR']) === undefined && env['TERM'] !== 'dumb',
  screen:
    process.platform === 'darwin' ||
    process.platform === 'win32' ||
    filled(env['DISPLAY'] ?? env['WAYLAND_DISPLAY']) !== undefined,
  inherited: env,
})
