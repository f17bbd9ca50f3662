import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import type { Logger } from 'pino'
import { errorCode } from '../database/errors.ts'
import type { Meters } from './meters.ts'
import { requestScope, traceOf } from './request-scope.ts'
import { tracer } from './tracing.ts'

/** From when on a statement is slow, in milliseconds. */
const SLOW = 100

type Query = (...args: [statement: string | { readonly text: string }, ...rest: unknown[]]) => unknown

/** Has a pool, a connection or a transaction tell of the statements that it is asked for. */
export type ObserveStatements = (sender: { query: unknown }) => void

/** A line and a duration for each statement, and a span where somebody collects them: without the values in it. */
export function observeStatements(
  { statements }: Pick<Meters, 'statements'>,
  logger: Logger,
): ObserveStatements {
  const tell = (text: string, startTime: number, duration: number, error?: unknown) => {
    const operation = /^[a-z]+/i.exec(text)?.[0] ?? 'other'
    const table = /\b(?:from|into|update)\s+"?([a-z_]+)/i.exec(text)?.[1] ?? ''
    const state = error === undefined ? '' : (errorCode(error) ?? 'other')
    statements.observe(
      { db_operation_name: operation, db_collection_name: table, db_response_status_code: state },
      duration / 1_000,
    )
    const fields = {
      'db.operation.name': operation,
      'db.collection.name': table,
      'db.query.text': text,
      ...(error !== undefined && { 'error.type': state }),
    }
    if (duration < SLOW) logger.debug({ ...fields, duration }, 'statement ended')
    else logger.warn({ ...fields, duration }, 'statement was slow')

    const scope = requestScope.getStore()
    if (scope !== undefined && !scope.span.isRecording()) return
    const attributes = { 'db.system.name': 'postgresql', ...fields }
    const name = `${operation} ${table}`.trimEnd()
    const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, startTime, attributes }, traceOf(scope))
    if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
  }

  return (sender) => {
    const query = (sender.query as Query).bind(sender)
    const observed = async (...args: Parameters<Query>) => {
      const text = typeof args[0] === 'string' ? args[0] : args[0].text
      const [startTime, begin] = [Date.now(), performance.now()]
      try {
        const result = await query(...args)
        tell(text, startTime, performance.now() - begin)
        return result
      } catch (error) {
        tell(text, startTime, performance.now() - begin, error)
        throw error
      }
    }
    // By a callback a pool asks its connection for what it was asked for itself.
    sender.query = (...args: Parameters<Query>) =>
      typeof args.at(-1) === 'function' ? query(...args) : observed(...args)
  }
}
