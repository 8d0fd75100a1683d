import { BackendError, InvalidOption } from '../../base/errors.ts'
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
  /** Computes the value of the node; a node of several results writes them into `values` itself. */
  readonly compute: (values: Values) => Info | undefined
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

/** Runs a plan. The outputs belong to the caller; the inputs are not freed. */
export const execute = ({ device, made }: Target, plan: Plan, given: readonly Info[]): readonly Info[] => {
  const values: Values = Array(plan.places)
  for (const [at, info] of plan.constants) values[at] = info
  for (const [k, at] of plan.inputs.entries()) values[at] = given[k] as Info
  let current: string | undefined
  try {
    for (const { at, layer, compute, last } of plan.instructions) {
      current = layer
      const result = compute(values)
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

/** A loop. The plans of its condition and body take what is carried, then what is captured. */
export interface Repetition {
  readonly condition: Plan
  readonly next: Plan
  readonly limit: number
  /** The places of what is carried first and of what is captured. */
  readonly from: readonly number[]
  /** The number of tensors that are carried. */
  readonly count: number
  /** The places for what is carried last, if it is needed. */
  readonly results: readonly (number | undefined)[]
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

/** Repeats the instructions of the body while the condition holds. */
export const repeating =
  (target: Target, { condition, next, limit, from, count, results }: Repetition): Instruction['compute'] =>
  values => {
    const { device } = target
    const given = from.map(at => values[at] as Info)
    const captured = given.slice(count)
    let carried: readonly Info[] = given.slice(0, count).map(info => ({ ...info }))
    for (const { dataId } of carried) device.backend.incRef(dataId)
    const release = (): void => carried.forEach(device.dispose)
    try {
      for (let i = 0; i < limit; i++) {
        const [flag] = execute(target, condition, [...carried, ...captured]) as readonly [Info]
        if (!isOn(device, flag)) break
        const after = execute(target, next, [...carried, ...captured])
        release()
        carried = after
      }
    } catch (error) {
      release()
      throw error
    }
    carried.forEach((info, k) => {
      const at = results[k]
      if (at === undefined) device.dispose(info)
      else values[at] = info
    })
    return undefined
  }
