import { createHmac } from 'node:crypto'
import type { Pepper } from '@micro/signing'

/** HMAC-SHA-256 under a pepper. The purpose keeps the uses of one pepper apart. */
export const keyedHash = (
  pepper: Pepper,
  purpose: 'api_key' | 'login_email' | 'refresh_token',
  value: string,
): Buffer => createHmac('sha256', pepper.secret).update(`${purpose}\n${value}`).digest()
