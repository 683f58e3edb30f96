import { everyScope, type CliFeature, type MerchantPrincipal } from '@micro/contracts'
import { checkScope } from '@micro/service'
import { maskApiKey } from '@micro/signing'

/**
 * Who looks on at requests sees those of every key of the merchant, whatever they are about: no scope but all of them
 * allows that. @throws Fault more_permissions_required
 */
export const checkFeatures = (
  features: readonly CliFeature[],
  principal: MerchantPrincipal,
  credential: string,
): void => {
  if (features.includes('request_logs')) checkScope({ scope: everyScope }, principal, maskApiKey(credential))
}
