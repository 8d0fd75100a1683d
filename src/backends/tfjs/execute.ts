import { BackendError, InvalidOption } from '../../base/errors.ts'
import { sizeOf } from '../../base/shape.ts'
import type { Operations } from '../../tfjs/operations.ts'
import { asMemoryFault } from '../backend.ts'
import type { Constants } from './constants.ts'
import type { Device, Info } from './device.ts'
import type { NativeProgram } from './native.ts'

// Runs the instructions that a graph was compiled to.

/** What a program runs on. */
export interface Target {
  readonly device: Device
  readonly operations: Operations<Info>
  readonly native: NativeProgram | undefined
  /** Every tensor that the current instruction has made; those that are not its result are freed. */
  readonly made: Info[]
  readonly keep: Constants
  /** The program's constants on the device. */
  readonly taken: Info[]
}

export type Values = (Info | undefined)[]

/** The values that an instruction reads. */
export const operandsAt = (values: Readonly<Values>, from: readonly number[]): readonly Info[] =>
  from.map(i => values[i] as Info)

/** Computes the value of a node, then frees the values that no later node needs. */
export interface Instruction {
  readonly at: number
  /** The layer that it comes from. */
  readonly layer: string | undefined
  /**
   * Computes the value of the node; a node of several results writes them into `values` itself.
   *
   * @param lost places of inputs whose memory may be reused after their last use
   */
  readonly compute: (values: Values, lost: ReadonlySet<number>) => Info | undefined
  readonly last: readonly number[]
}

/** A compiled graph, whose values have places in an array. */
export interface Plan {
  readonly places: number
  readonly inputs: readonly number[]
  /**
   * Outputs. An output that is also a constant, an input or another output is one more reference to the same tensor.
   */
  readonly outputs: readonly { readonly at: number; readonly isShared: boolean }[]
  readonly constants: readonly (readonly [place: number, info: Info])[]
  readonly instructions: readonly Instruction[]
  /** The places of values that instructions compute. */
  readonly computed: readonly number[]
}

/** The same error, with the layer whose node could not be run. */
const inLayer = (fault: unknown, name: string, layer: string | undefined): unknown => {
  const error = asMemoryFault(fault, name, layer)
  if (error instanceof InvalidOption && layer !== undefined) {
    const { option, expected, got, remedy } = error
    return new InvalidOption({ layer, option, expected, got, remedy })
  }
  if (!(error instanceof BackendError) || error.layer !== undefined || layer === undefined) return error
  const { backend, expected, got, remedy } = error
  return new BackendError({ backend, layer, expected, got, remedy })
}

const none: ReadonlySet<number> = new Set()

/**
 * Runs a plan. The outputs belong to the caller; the inputs are not freed.
 *
 * @param lost places of inputs whose memory may be reused after their last use
 */
export const execute = (
  { device, made }: Target,
  plan: Plan,
  given: readonly Info[],
  lost: ReadonlySet<number> = none,
): readonly Info[] => {
  const values: Values = Array(plan.places)
  for (const [at, info] of plan.constants) values[at] = info
  for (const [k, at] of plan.inputs.entries()) values[at] = given[k] as Info
  let current: string | undefined
  try {
    for (const { at, layer, compute, last } of plan.instructions) {
      current = layer
      const result = compute(values, lost)
      values[at] = result
      for (const info of made) if (info !== result) device.dispose(info)
      made.length = 0
      for (const end of last) {
        device.dispose(values[end] as Info)
        values[end] = undefined
      }
    }
  } catch (error) {
    for (const at of plan.computed) if (values[at] !== undefined) made.push(values[at])
    for (const info of made) device.dispose(info)
    made.length = 0
    throw inLayer(error, device.name, current)
  }
  return plan.outputs.map(({ at, isShared }) => {
    const info = values[at] as Info
    if (isShared) device.backend.incRef(info.dataId)
    return isShared ? { ...info } : info
  })
}

/** Values that are carried from one repetition to the next. */
interface Carrying {
  /** The places of what is carried first and of what is captured. */
  readonly from: readonly number[]
  /** The number of tensors that are carried. */
  readonly count: number
  /** The places for what is carried last, if it is needed. */
  readonly results: readonly (number | undefined)[]
}

/** A loop. The plans of its condition and body take what is carried, then what is captured. */
export interface Repetition extends Carrying {
  readonly condition: Plan
  readonly next: Plan
  readonly limit: number
}

/** Whether a scalar is not 0, read synchronously. */
const isOn = (device: Device, flag: Info): boolean => {
  try {
    return device.view(flag).values[0] !== 0
  } catch (error) {
    throw new BackendError({
      backend: device.name,
      expected: 'a backend that gives numbers out at once, for a loop whose length depends on them',
      got: error instanceof Error ? error.message : String(error),
      remedy: 'Choose another backend, or repeat the operations a fixed number of times.',
    })
  } finally {
    device.dispose(flag)
  }
}

/**
 * Repeats something from one set of carried tensors to the next, which are freed after their repetition.
 *
 * @param next what comes after a repetition; `undefined` if it was the last one
 */
const carrying = (
  { device }: Target,
  { from, count, results }: Carrying,
  values: Values,
  next: (carried: readonly Info[], captured: readonly Info[], i: number) => readonly Info[] | undefined,
): void => {
  const given = from.map(at => values[at] as Info)
  const captured = given.slice(count)
  let carried: readonly Info[] = given.slice(0, count)
  // What is carried first belongs to others: inputs of the program may not be counted by the backend.
  let isOwn = false
  const release = (): void => {
    if (isOwn) carried.forEach(device.dispose)
  }
  try {
    for (let i = 0; ; i++) {
      const after = next(carried, captured, i)
      if (after === undefined) break
      release()
      carried = after
      isOwn = true
    }
  } catch (error) {
    release()
    throw error
  }
  if (!isOwn) {
    carried = carried.map(info => ({ ...info }))
    for (const { dataId } of carried) device.backend.incRef(dataId)
  }
  carried.forEach((info, k) => {
    const at = results[k]
    if (at === undefined) device.dispose(info)
    else values[at] = info
  })
}

/** Repeats the instructions of the body while the condition holds. */
export const repeating =
  (target: Target, { condition, next, limit, ...around }: Repetition): Instruction['compute'] =>
  values => {
    carrying(target, around, values, (carried, captured, i) => {
      if (i === limit) return undefined
      const [flag] = execute(target, condition, [...carried, ...captured]) as readonly [Info]
      return isOn(target.device, flag) ? execute(target, next, [...carried, ...captured]) : undefined
    })
    return undefined
  }

/** A scan. The plan of its body takes what is carried, the step, then what is captured; its last output is that of the step. */
export interface Scanning extends Carrying {
  readonly body: Plan
  /** The place of the sequence. */
  readonly sequence: number
  /** The shapes of a step and of the output of one: [batch, …]. */
  readonly step: readonly number[]
  readonly output: readonly number[]
  readonly length: number
  /** The place for the sequence of outputs, if it is needed. */
  readonly outputs: number | undefined
}

/** Copies a step between a sequence [batch, time, …] and its own tensor [batch, …], of so many numbers for each example. */
const copied = (
  size: number,
  batch: number,
  length: number,
  i: number,
  copy: (own: number, all: number) => void,
): void => {
  if (size > 0) for (let row = 0; row < batch; row++) copy(row * size, (row * length + i) * size)
}

/** Repeats the instructions of the body for every step. Outputs are written where the whole sequence is. */
export const scanning =
  (target: Target, { body, sequence, step, output, length, outputs, ...around }: Scanning): Instruction['compute'] =>
  values => {
    const { device } = target
    const given = values[sequence] as Info
    const [[batch = 0, ...rest], [rows = 0, ...others]] = [step, output]
    const [size, made] = [sizeOf(rest), sizeOf(others)]
    const collected = new Float32Array(outputs === undefined ? 0 : rows * length * made)
    // A view of numbers elsewhere is a copy of all of them.
    const read = device.isNear ? undefined : device.view(given).values
    const stepAt = (i: number): Info => {
      const all = read ?? device.view(given).values
      const numbers = new Float32Array(batch * size)
      copied(size, batch, length, i, (own, at) => numbers.set(all.subarray(at, at + size), own))
      return device.make(numbers, step)
    }
    const collect = (last: Info, i: number): void => {
      try {
        if (outputs === undefined) return
        const { values: numbers } = device.view(last)
        copied(made, rows, length, i, (own, at) => collected.set(numbers.subarray(own, own + made), at))
      } finally {
        device.dispose(last)
      }
    }
    carrying(target, around, values, (carried, captured, i) => {
      if (i === length) return undefined
      const now = stepAt(i)
      try {
        const after = execute(target, body, [...carried, now, ...captured])
        collect(after.at(-1) as Info, i)
        return after.slice(0, -1)
      } finally {
        device.dispose(now)
      }
    })
    if (outputs !== undefined) values[outputs] = device.make(collected, [rows, length, ...others])
    return undefined
  }
