import type { Shape } from '../base/shape.ts'
import { sliceAlong } from '../ops/axes.ts'
import { alike, forLayers, isBeneath, type Operation, perform, tapeOf } from '../ops/operations.ts'
import { type GradientRule, type Ops, type Origin, runRule } from '../ops/ops.ts'
import { isLong, walk } from '../ops/scan.ts'
import { type BatchingRule, batching, type Operand, ofRank, shapeOfOne, spread } from './batching-rules.ts'

// Many examples as an interpreter of the operations on one: each operation runs once beneath, on the values of all examples.

/** A value of each example, or one of all. */
export interface Batched<T> extends Operand<T> {
  /** The batch that it belongs to. */
  readonly tape: symbol
  readonly origin?: Origin<Batched<T>>
}

/** An interpreter of the operations on one of many examples. Values of the interpreter beneath are those of all examples. */
export interface Batch<T> {
  readonly ops: Ops<Batched<T>>
  /** A value of each example, along its first axis. All such values have as many examples. */
  readonly mapped: (value: T) => Batched<T>
  /** The values of all examples, along a new first axis. */
  readonly all: (value: Batched<T>) => T
}

/** A batch of examples over an interpreter, which may be a tape or another batch. */
export const batchOf = <T>(beneath: Ops<T>): Batch<T> => {
  const id = Symbol('batch')
  let size = 0
  const fixed = (value: T): Batched<T> => ({ value, tape: id, mapped: false })
  const each = (value: T): Batched<T> => ({ value, tape: id, mapped: true })
  const isOwn = (value: unknown): value is Batched<T> => tapeOf(value) === id
  /** Values may be of the interpreter beneath, whatever their type says. */
  const lifted = (value: Batched<T>): Batched<T> => (isOwn(value) ? value : fixed(value as T))

  const on = (own: Ops<T>): Ops<Batched<T>> => {
    const run = perform(own)
    const { within } = own
    const all = (value: Batched<T>): T => spread(own, lifted(value), size)
    const ops: Ops<Batched<T>> = alike<Batched<T>>(
      (operation, given, attributes) => {
        const inputs = given.map(lifted)
        const origin = { operation, inputs, attributes }
        if (!inputs.some(({ mapped }) => mapped))
          return {
            ...fixed(
              run(
                operation,
                inputs.map(({ value }) => value),
                attributes,
              ),
            ),
            origin,
          }
        // The table pairs each rule with its own attributes, which one in general cannot express.
        const rule = batching[operation] as unknown as BatchingRule<Operation>
        const value = rule({
          ops: own,
          run: (values, others) => run(operation, values, others as typeof attributes),
          inputs: inputs as never,
          attributes,
          size,
        })
        return { ...each(value), origin }
      },
      {
        shape: x => shapeOfOne(own, lifted(x)),
        isTensor: value => isOwn(value) || isBeneath(own, value),
        constant: (values, shape) => fixed(own.constant(values, shape)),
        uniform: (key, shape) => fixed(own.uniform(key, shape)),
        normal: (key, shape) => fixed(own.normal(key, shape)),
        scan: (body, initial, sequence) => {
          const [start, steps] = [initial.map(lifted), lifted(sequence)]
          if (!isLong(ops, start, steps)) return walk(ops, body, start, steps)
          const { mapped } = steps
          // Examples are more rows of a sequence.
          const joined = (value: T): T => {
            const [count, rows, ...rest] = own.shape(value) as readonly [number, number, ...number[]]
            return own.reshape(value, [count * rows, ...rest])
          }
          const apart = (value: T, shape: Shape): Batched<T> => each(own.reshape(value, [size, ...shape]))
          const [rows = null, length = null, ...rest] = ops.shape(steps)
          const stepShape = [rows, ...rest]
          const first = ops.reshape(sliceAlong(ops, steps, 1, 0, 1), stepShape)
          let output = first
          const { flags } = differing(
            start.map(x => x.mapped),
            own => {
              const [next, made] = body(
                start.map((x, i) => (own[i] === true ? each(all(x)) : x)),
                first,
              )
              output = lifted(made)
              return { depends: false, next: next.map(value => lifted(value).mapped) }
            },
          )
          const lift = (values: readonly T[]) => values.map((value, i) => (flags[i] === true ? each : fixed)(value))
          const lower = (values: readonly Batched<T>[]) =>
            values.map((x, i) => (flags[i] === true ? all(x) : lifted(x).value))
          const [last, outputs] = own.scan(
            (carried, value) => {
              const [next, made] = body(lift(carried), mapped ? apart(value, stepShape) : fixed(value))
              return [lower(next), output.mapped ? joined(all(made)) : lifted(made).value]
            },
            lower(start),
            mapped ? joined(steps.value) : steps.value,
          )
          const [count = null, ...others] = ops.shape(output)
          return [lift(last), output.mapped ? apart(outputs, [count, length, ...others]) : fixed(outputs)]
        },
        loop: (condition, body, initial, limit) => {
          const given = initial.map(lifted)
          const test = (carried: readonly Batched<T>[]): Batched<T> => lifted(condition(carried))
          const next = (carried: readonly Batched<T>[]): readonly Batched<T>[] => body(carried).map(lifted)
          const { flags, depends } = differing(
            given.map(({ mapped }) => mapped),
            flags => {
              const carried = given.map((x, i) => (flags[i] === true ? each(all(x)) : x))
              return { depends: test(carried).mapped, next: next(carried).map(({ mapped }) => mapped) }
            },
          )
          const lift = (values: readonly T[]) => values.map((value, i) => (flags[i] === true ? each : fixed)(value))
          const lower = (values: readonly Batched<T>[]) => values.map((x, i) => (flags[i] === true ? all(x) : x.value))
          if (!depends)
            return lift(
              own.loop(
                carried => test(lift(carried)).value,
                carried => lower(next(lift(carried))),
                lower(given),
                limit,
              ),
            )
          // It goes on while the condition of any example holds, and examples whose condition does not stay as they are.
          const active = (carried: readonly T[]): T => own.notEqual(all(test(lift(carried))), own.constant(0))
          const [, ...results] = own.loop(
            ([going]) => own.max(going as T, [0]),
            ([going, ...carried]) => {
              const after = lower(next(lift(carried))).map((value, i) => {
                const before = carried[i] as T
                return own.where(ofRank(own, going as T, own.shape(before).length - 1), value, before)
              })
              return [own.multiply(going as T, active(after)), ...after]
            },
            [active(lower(given)), ...lower(given)],
            limit,
          )
          return results.map(each)
        },
        ...(own.withGradient && {
          withGradient: (rule, given) => {
            const inputs = given.map(lifted)
            const flags = inputs.map(({ mapped }) => mapped)
            const values = inputs.map(({ value }) => value)
            return flags.includes(true)
              ? runRule(own, ruleOfEach(rule, flags), values).map(each)
              : runRule(own, rule, values).map(fixed)
          },
        }),
        origin: x => lifted(x).origin,
        ...(within && { within: forLayers(layer => on(within(layer))) }),
      },
    )
    return ops
  }

  return {
    ops: on(beneath),
    mapped: value => {
      size = beneath.shape(value)[0] as number
      return each(value)
    },
    all: value => spread(beneath, lifted(value), size),
  }
}

/** The rule of a function on many examples. What is the same for all gets the sum of the gradients of all. */
const ruleOfEach = ({ forward, backward }: GradientRule, flags: readonly boolean[]): GradientRule => {
  const lift = <T>({ mapped }: Batch<T>, values: readonly T[]): readonly Batched<T>[] =>
    // Values of the operations beneath are the same for all examples.
    values.map((value, i) => (flags[i] === true ? mapped(value) : (value as unknown as Batched<T>)))
  return {
    forward: (ops, inputs) => {
      const batch = batchOf(ops)
      return forward(batch.ops, lift(batch, inputs)).map(batch.all)
    },
    backward: (ops, inputs, outputs, cotangents, needed) => {
      const batch = batchOf(ops)
      const given = lift(batch, inputs)
      const found = backward(batch.ops, given, outputs.map(batch.mapped), cotangents.map(batch.mapped), needed)
      return found.map((gradient, i) => {
        if (gradient === null) return null
        return flags[i] === true ? batch.all(gradient) : ops.sum(batch.all(gradient), [0])
      })
    },
  }
}

/** What a repetition of a loop says: whether its condition differs between examples, and what it carries on. */
interface Repetition {
  readonly depends: boolean
  readonly next: readonly boolean[]
}

/** Which carried values of a loop differ between examples: those that do at first, and what is computed of them. */
const differing = (
  first: readonly boolean[],
  repeat: (flags: readonly boolean[]) => Repetition,
): { readonly flags: readonly boolean[]; readonly depends: boolean } => {
  const { depends, next } = repeat(first)
  const flags = first.map((flag, i) => flag || depends || next[i] === true)
  return flags.every((flag, i) => flag === first[i]) ? { flags, depends } : differing(flags, repeat)
}
