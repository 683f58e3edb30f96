import { randomInt } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'

/** How often work that PostgreSQL refused for another's sake is done, in all. */
export const tries = 5
const pauseMsMax = 20

/** Those who collided spread out, or they would collide again. */
export const spreadOut = (triesSoFar: number): Promise<void> => pause(randomInt(1, pauseMsMax * triesSoFar))
