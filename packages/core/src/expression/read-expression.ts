import { ValidationError } from '../errors/validation-error.js'
import type { ValidationIssue } from '../errors/validation-issue.js'
import type { Expression } from './expression.js'
import { functionLeaf, functionUnsupported, predicateOf } from './function-leaf.js'
import { type ExpressionReport, isFieldOperator, readLeaf } from './leaf.js'
import { isSealed, junction, MAX_DEPTH, negation } from './sealed.js'

/** More is not worth telling, and an attacker could ask for millions. */
const MAX_ISSUES = 20

/** A plain object that is not trusted. */
export type RawExpression = Readonly<Record<string, unknown>>

/** How much an expression may hold, and who looks at its conditions first. */
export interface ExpressionRules {
  /** The deepest nesting; a condition alone has depth 1. */
  readonly depth: number
  /** The most conditions, junctions and negations together. */
  readonly nodes: number
  /** Looks at a condition before it is read; may change what is read. */
  readonly inspect: (raw: RawExpression, report: ExpressionReport) => RawExpression
  /** Whether functions may stand in it. */
  readonly functions: boolean
}

const TRUSTED: ExpressionRules = {
  depth: MAX_DEPTH,
  nodes: Number.POSITIVE_INFINITY,
  inspect: (raw) => raw,
  functions: true,
}

/** One reading under way. */
interface Reading {
  readonly rules: ExpressionRules
  readonly issues: ValidationIssue[]
  nodes: number
}

/** A checked, frozen copy; an expression that was made here is returned as it is. */
export function checkedExpression<T>(expression: Expression<T>): Expression<T> {
  return isSealed(expression) ? expression : readExpression(expression, TRUSTED)
}

/** A checked, frozen copy; throws a `ValidationError` with every problem and its place. */
export function readExpression(raw: unknown, rules: ExpressionRules): Expression {
  const reading: Reading = { rules, issues: [], nodes: 0 }
  const read = readNode(raw, '', 1, reading)
  if (reading.issues.length > 0) throw new ValidationError({ issues: reading.issues })
  return read
}

/** Stands for what could not be read. */
const NOTHING = junction('or', [])

function readNode(raw: unknown, path: string, depth: number, reading: Reading): Expression {
  const { rules } = reading
  const report = reporter(path, reading)
  if (depth > rules.depth) stop(report, `must be at most ${rules.depth} levels deep`, reading)
  if (++reading.nodes > rules.nodes) stop(report, `must have at most ${rules.nodes} parts`, reading)
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    report('', 'must be an object with op')
    return NOTHING
  }
  return readObject(raw as RawExpression, path, depth, reading)
}

function readObject(raw: RawExpression, path: string, depth: number, reading: Reading): Expression {
  const report = reporter(path, reading)
  const op = own(raw, 'op')
  if (op === 'and' || op === 'or') {
    only(raw, ['op', 'of'], report)
    const of = own(raw, 'of')
    if (Array.isArray(of)) {
      return junction(
        op,
        // Not `map`, which passes over holes.
        Array.from(of, (part, index) => readNode(part, at(path, `of.${index}`), depth + 1, reading)),
      )
    }
    report('of', 'must be an array')
  } else if (op === 'not') {
    only(raw, ['op', 'of'], report)
    const of = own(raw, 'of')
    // A negation of one part in an array is as clear as the part itself.
    const [part, place] = Array.isArray(of) && of.length === 1 ? [of[0], 'of.0'] : [of, 'of']
    return negation(readNode(part, at(path, place), depth + 1, reading))
  } else if (op === 'satisfies' && reading.rules.functions) {
    return readFunction(raw)
  } else if (isFieldOperator(op)) {
    only(raw, ['op', 'field', 'value', 'ignoreCase'], report)
    const { field, value, ignoreCase } = reading.rules.inspect(raw, report)
    return readLeaf(op, { field, value, ignoreCase }, report)
  } else {
    report('op', 'must be a known operator')
  }
  return NOTHING
}

function readFunction(raw: RawExpression): Expression {
  const predicate = predicateOf(raw)
  if (predicate === undefined) throw functionUnsupported({ name: raw['name'] })
  return functionLeaf(predicate, String(raw['name']))
}

function only(raw: RawExpression, allowed: readonly string[], report: ExpressionReport): void {
  for (const key of Object.keys(raw)) {
    // The type of the row has no value, whatever a program puts there.
    if (!allowed.includes(key)) report('', 'has a property that is not known')
  }
}

function own(raw: RawExpression, key: string): unknown {
  return Object.hasOwn(raw, key) ? raw[key] : undefined
}

function at(path: string, step: string): string {
  return path === '' || step === '' ? path + step : `${path}.${step}`
}

function reporter(path: string, { issues }: Reading): ExpressionReport {
  return (step, message, code) => {
    if (issues.length < MAX_ISSUES) {
      issues.push({ path: at(path, step), message, ...(code !== undefined && { code }) })
    }
  }
}

function stop(report: ExpressionReport, message: string, { issues }: Reading): never {
  issues.length = 0
  report('', message, 'too_big')
  throw new ValidationError({ issues })
}
