import type { FastifyInstance, FastifyRequest } from 'fastify'
import { notFound, Problem } from '../problem.ts'

/** Notes the routes of an app, to say why nothing answered: 405 with the methods that a path knows, or 404 where it knows none. */
export function noSuchRoute(app: FastifyInstance): (request: FastifyRequest) => Problem {
  const routes: { readonly path: RegExp; readonly methods: readonly string[] }[] = []
  app.addHook('onRoute', ({ url, method }) => {
    const path = new RegExp(`^${url.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`)
    routes.push({ path, methods: [method].flat() })
  })
  return (request) => {
    const [path, { method }] = [pathOf(request), request]
    const known = routes.filter((route) => route.path.test(path)).flatMap(({ methods }) => methods)
    if (known.length === 0) return notFound(`Nothing is at ${path}.`, 'NO_SUCH_ROUTE')
    const allow = [...new Set(known)].sort().join(', ')
    const message = `${path} does not take ${method}, only ${allow}.`
    return new Problem(405, 'METHOD_NOT_ALLOWED', message, { headers: { allow } })
  }
}

/** The path of a request, as it was sent. */
export function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? ''
}
