/** Whether a timer belongs to the request that set it, and is gone with it: on workerd, which tells of itself by this name alone. */
export function timersEndWithRequests(): boolean {
  return (globalThis as { navigator?: { userAgent?: unknown } }).navigator?.userAgent === 'Cloudflare-Workers'
}
