import type { BusMessages } from '@micro/contracts'
import type { Clock } from '@micro/kernel'
import type { MicroBus } from '@micro/service'

/** The same bus, on which every revocation says when it was: so that it can be seen how soon others heard of it. */
export const datedRevocations = (bus: MicroBus, clock: Clock): MicroBus => ({
  ...bus,
  publish(topic, message) {
    if (topic !== 'credential.revoked') return bus.publish(topic, message)
    const revoked = message as BusMessages['credential.revoked']
    bus.publish('credential.revoked', { ...revoked, revokedMs: clock.now().getTime() })
  },
})
