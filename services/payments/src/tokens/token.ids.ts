import { Fault } from '@micro/kernel'

/** Whether some text can be the id of a token that was made here; `tok_visa` and its like are names of test cards. */
export const isTokenId = (text: string): boolean => /^tok_[0-9A-Za-z]{24}$/.test(text)

/** An unknown id and another tenant's answer exactly alike. */
export const tokenMissing = (id: string): Fault => new Fault('resource_missing', { resource: 'token', id, param: 'id' })
