import { usageFailure } from '../shell/failure.ts'
import { didYouMean } from '../shell/suggest.ts'
import type { Settings } from '../settings/settings.ts'

/** A setting that people look at and change; what logging in keeps besides is its own business. */
interface Setting {
  readonly text: string
  readonly secret: boolean
  /** What is in force, and where it comes from. */
  of(settings: Settings): { readonly value: string; readonly origin: string } | undefined
}

const kept = (value: string | undefined) => (value === undefined ? undefined : { value, origin: 'file' })

export const settingKeys = {
  gateway_url: {
    text: 'address of the gateway',
    secret: false,
    of: ({ gatewayUrl, gatewayUrlOrigin }) => ({ value: gatewayUrl, origin: gatewayUrlOrigin }),
  },
  api_key: { text: 'API key to use', secret: true, of: ({ apiKey }) => apiKey },
  live_api_key: { text: 'API key to use with --live', secret: true, of: ({ stored }) => kept(stored.liveApiKey) },
} as const satisfies Record<string, Setting>

export type SettingKey = keyof typeof settingKeys
export const settingNames = Object.keys(settingKeys) as SettingKey[]

/** @throws Failure (2) when there is no such setting */
export const readSettingKey = (text: string): SettingKey => {
  const key = settingNames.find((each) => each === text)
  if (key !== undefined) return key
  throw usageFailure(
    `There is no setting '${text}'.${didYouMean(text, settingNames)} There are: ${settingNames.join(', ')}.`,
  )
}

/** How a secret ends, which is enough to tell it from others. */
export const masked = (value: string): string => `…${value.slice(-4)}`

/** What is in force, as it may be shown. */
export const shownSetting = (key: SettingKey, settings: Settings): { value: string; origin: string } | undefined => {
  const setting: Setting = settingKeys[key]
  const found = setting.of(settings)
  return found && { value: setting.secret ? masked(found.value) : found.value, origin: found.origin }
}
