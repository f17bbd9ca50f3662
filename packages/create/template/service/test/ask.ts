import type { TestService } from './start-service.ts'

/** What a service has answered. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Readonly<Record<string, unknown>>
}

/** Asks a service, with a JSON body where one is given; a connection that stayed would have its time at the stop. */
export async function ask(
  { http, headers }: Pick<TestService, 'http' | 'headers'>,
  request: string,
  body?: unknown,
): Promise<Answer> {
  const [method = '', path = ''] = request.split(' ')
  const response = await fetch(new URL(path, http.url), {
    method,
    headers: { ...headers, connection: 'close' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const { status, headers: answered } = response
  return { status, headers: answered, body: (await response.json()) as Answer['body'] }
}
