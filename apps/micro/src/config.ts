/** What the environment says; empty means unset. */
export interface Environment {
  readonly apiKey: string | undefined
  readonly gatewayUrl: string | undefined
  readonly settingsPath: string | undefined
  /** Colour is welcome: no NO_COLOR (https://no-color.org), no dumb terminal. */
  readonly colour: boolean
}

const filled = (text: string | undefined): string | undefined => (text === '' ? undefined : text)

/** The only reader of the environment. */
export const readEnvironment = (env: Readonly<Record<string, string | undefined>> = process.env): Environment => ({
  apiKey: filled(env['MICRO_API_KEY']),
  gatewayUrl: filled(env['MICRO_GATEWAY_URL']),
  settingsPath: filled(env['MICRO_CONFIG']),
  colour: filled(env['NO_COLOR']) === undefined && env['TERM'] !== 'dumb',
})
