// Apart from index.ts, so that whoever runs in one process does not load a Redis client.
export { connectRedis, type RedisClient, type RedisLink } from './redis-link.ts'
export { redisBus, type RedisBusOptions } from './redis-bus.ts'
export { sparingly } from './sparingly.ts'
