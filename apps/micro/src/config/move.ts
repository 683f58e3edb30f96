import { Failure } from '../shell/failure.ts'
import { defaultGatewayUrl, sameGateway, type Settings } from '../settings/settings.ts'

/**
 * The keys in a settings file are for the gateway it names: naming another would send them there. Without a gateway of its
 * own the file is somebody's who puts it together by hand.
 * @throws Failure when it holds a login of another gateway
 */
export const checkMove = ({ stored }: Settings, to: string = defaultGatewayUrl): void => {
  const { gatewayUrl, apiKey, liveApiKey, refreshToken } = stored
  const holdsKeys = apiKey !== undefined || liveApiKey !== undefined || refreshToken !== undefined
  if (!holdsKeys || gatewayUrl === undefined || sameGateway(gatewayUrl, to)) return
  throw new Failure(
    `The keys in this file are of ${gatewayUrl} and would be sent to ${to}. Log out first with micro logout, or use a profile: --profile NAME`,
  )
}
