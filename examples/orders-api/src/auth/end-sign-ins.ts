import type { Auth } from './auth.ts'

/** Ends every sign-in of a user, of programs and of browsers. All are tried, whichever fails. */
export async function endSignIns(
  { refresh, sessions }: Pick<Auth, 'refresh' | 'sessions'>,
  username: string,
) {
  const ended = await Promise.allSettled([refresh.revokeAll(username), sessions.destroyAll(username)])
  for (const each of ended) if (each.status === 'rejected') throw each.reason
}
